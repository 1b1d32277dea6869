import type { Asked } from '../../core/authorization/authorization';
import { encodeAuthorizationMessage } from '../../core/authorization/authorization-message';
import { AwsError } from '../../core/aws-error';
import type { AddressedCall, Judgement } from './judgement';

/** What AWS calls the policies that decided. */
const NAMES = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  endpoint: 'VPC endpoint policy',
  resource: 'resource-based policy',
} as const;

/** Services that have a code of their own for it. */
const CODES: Readonly<Record<string, string>> = { ec2: 'UnauthorizedOperation', sns: 'AuthorizationError' };

/**
 * The error of a call that is not allowed, as its service words it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function refusalOf(to: AddressedCall, { call }: Asked, judgement: Judgement): AwsError {
  const { service, model } = to;
  const who = judgement.caller.kind === 'service' ? judgement.caller.name : call.principal.arn;
  const text = `User: ${who} is not authorized to perform: ${describe(to, judgement)}`;
  if (service === 'ec2') return new AwsError('UnauthorizedOperation', describeForEc2(text, judgement), 403);
  const isJson = model.protocol.startsWith('awsJson') || model.protocol === 'smithyRpcV2Cbor';
  const isQuery = model.protocol === 'awsQuery' || model.protocol === 'restXml';
  const code = CODES[service] ?? (isQuery ? 'AccessDenied' : 'AccessDeniedException');
  return new AwsError(code, text, isJson ? 400 : 403);
}

function describe({ service, model }: AddressedCall, { access, verdict }: Judgement): string {
  const action = service === 'sns' ? access.action.replace(/^sns:/, 'SNS:') : access.action;
  const isShown =
    access.resource !== '*' || model.protocol.startsWith('awsJson') || model.protocol === 'restJson1';
  const resource = service === 's3' ? `"${access.resource}"` : access.resource;
  const on = isShown ? ` on resource: ${resource}` : '';
  const policy = NAMES[verdict.by];
  if (verdict.effect === 'ExplicitDeny')
    return `${action}${on} with an explicit deny in ${policy.startsWith('i') ? 'an' : 'a'} ${policy}`;
  // Nothing is said of the trust policy that a role does not have for the caller.
  if (service === 'sts' && verdict.by === 'resource') return `${action}${on}`;
  return `${action}${on} because no ${policy} allows the ${action} action`;
}

/** What only looks has nothing encoded. */
function describeForEc2(text: string, judgement: Judgement): string {
  const sentence = `You are not authorized to perform this operation. ${text}`;
  if (/^ec2:(Describe|Get|List|Search)/.test(judgement.access.action)) return sentence;
  return `${sentence}. Encoded authorization failure message: ${encodeAuthorizationMessage(contentOf(judgement))}`;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html */
function contentOf({ access, context, caller, verdict }: Judgement): object {
  const items = Object.entries(context).flatMap(([key, value]) => {
    const values = [value ?? []].flat();
    return values.length > 0 ? [{ key, values: { items: values.map((one) => ({ value: one })) } }] : [];
  });
  const { statement } = verdict;
  return {
    allowed: false,
    explicitDeny: verdict.effect === 'ExplicitDeny',
    matchedStatements: {
      items: statement
        ? [
            {
              statementId: statement.sid ?? '',
              effect: statement.effect.toUpperCase(),
              principals: { items: [] },
              actions: { items: statement.actions.map((value) => ({ value })) },
              resources: { items: statement.resources.map((value) => ({ value })) },
            },
          ]
        : [],
    },
    failures: { items: [] },
    context: {
      principal: caller.kind === 'identity' ? { id: caller.userId, arn: caller.arn } : {},
      action: access.action,
      resource: access.resource,
      conditions: { items },
    },
  };
}
