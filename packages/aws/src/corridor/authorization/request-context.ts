import { parseArn } from 'aws-languages/arn';
import type { ContextValues } from 'aws-languages/policy/variables';
import type { Access, Asked, KnownResource, Permissions } from '../../core/authorization/authorization';
import type { Call } from '../../core/call';
import type { ActionTable } from './action-table';
import { readRequestTags } from './request-tags';

type Values = Record<string, string | readonly string[] | undefined>;

/** What a context is made of. */
export interface ContextParts {
  readonly access: Access;
  readonly asked: Asked;
  /** Of the service of the access; undefined for that of another one. */
  readonly table: ActionTable | undefined;
  readonly permissions: Permissions;
  readonly known: KnownResource | undefined;
  readonly now: Date;
}

/**
 * The values of the condition keys that AWS would put into the context of a request. Which of a resource's and a request's tags are there
 * is what the data say of the action.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function contextOf(parts: ContextParts): ContextValues {
  const { access, asked, permissions, now } = parts;
  const { call } = asked;
  return {
    ...ofPrincipal(call, permissions),
    ...ofRequest(call, now),
    'aws:ResourceAccount': parseArn(access.resource)?.accountId || call.accountId,
    ...ofTags(parts),
    ...access.context,
  };
}

/** What a principal is, by the word of its ARN. */
const TYPES: Readonly<Record<string, string>> = { user: 'User', 'federated-user': 'FederatedUser' };

function ofPrincipal({ principal }: Call, { tags }: Permissions): Values {
  const { arn, roleArn, userId, accountId, issuedAt, heldBy, sessionTags } = principal;
  const [kind = '', ...path] = parseArn(arn)?.resource.split('/') ?? [];
  const values: Values = {
    'aws:PrincipalArn': roleArn ?? arn,
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': roleArn ? 'AssumedRole' : (TYPES[kind] ?? 'Account'),
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': userId,
    ...(kind === 'user' && { 'aws:username': path.at(-1) }),
    // Temporary credentials say whether they were had with MFA, of which there are no devices here.
    ...(issuedAt && {
      'aws:TokenIssueTime': issuedAt.toISOString(),
      'aws:MultiFactorAuthPresent': 'false',
    }),
    ...(heldBy?.includes(':instance/') && { 'ec2:SourceInstanceARN': heldBy, 'ec2:RoleDelivery': '2.0' }),
    ...(heldBy?.includes(':function:') && { 'lambda:SourceFunctionArn': heldBy }),
  };
  for (const [key, value] of [...(tags ?? []), ...(sessionTags ?? [])])
    values[`aws:PrincipalTag/${key}`] = value;
  return values;
}

function ofRequest({ region, request, via = [] }: Call, now: Date): Values {
  const isVia = via.length > 0;
  const last = via.at(-1)?.replace(/\.amazonaws\.com$/, '');
  return {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:RequestedRegion': region,
    // The API is HTTPS on AWS.
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': String(isVia),
    ...(isVia && {
      'aws:CalledVia': via,
      'aws:CalledViaFirst': via[0],
      'aws:CalledViaLast': via.at(-1),
      'kms:ViaService': `${last}.${region}.amazonaws.com`,
    }),
    ...(request && {
      'aws:SourceIp': '127.0.0.1',
      'aws:UserAgent': request.headers['user-agent'],
      'aws:Referer': request.headers.referer,
    }),
  };
}

function ofTags({ access, asked, table, known }: ContextParts): Values {
  const action = table?.find(access.action.slice(access.action.indexOf(':') + 1));
  if (!action) return {};
  const resource = action.resources.find(({ type }) => type.name === access.type);
  const has = (key: string) => action.keys.has(key) || (resource?.keys.has(key) ?? false);
  const values: Values = {};
  const request = readRequestTags(asked.input, access.type);
  if (has('aws:requesttag/'))
    for (const [key, value] of request.tags) values[`aws:RequestTag/${key}`] = value;
  if (has('aws:tagkeys') && request.keys.length > 0) values['aws:TagKeys'] = request.keys;
  const prefixes = ['aws:ResourceTag/', ...(resource?.keys ?? []), ...action.keys].filter((key) =>
    /^[\w-]+:resourcetag\/$/i.test(key),
  );
  for (const prefix of new Set(prefixes.map((one) => one.toLowerCase())))
    if (has(prefix)) for (const [key, value] of known?.tags ?? []) values[`${prefix}${key}`] = value;
  return values;
}
