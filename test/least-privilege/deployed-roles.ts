import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { ClientSettings } from 'embedded-aws';
import { zipSync } from 'fflate';
import { projectFolder } from '../../cli/project';
import { readPermissions } from '../../serverless/permissions-table';
import { until } from '../e2e/until';
import { nameOfPlace } from './parts';
import { nameOfRole, type WrittenRole } from './recording';

const STACKS = ['kiln-fleet', 'kiln-prod'];

/** The roles of service and fleet with their policies, as they are deployed; IAM encodes documents, these are not. */
export async function listDeployedRoles(settings: ClientSettings): Promise<WrittenRole[]> {
  const names: string[] = [];
  for (const StackName of STACKS) {
    const pages = paginateListStackResources({ client: new CloudFormationClient(settings) }, { StackName });
    for await (const { StackResourceSummaries = [] } of pages)
      for (const { ResourceType, PhysicalResourceId = '' } of StackResourceSummaries)
        if (ResourceType === 'AWS::IAM::Role') names.push(PhysicalResourceId);
  }
  return Promise.all(names.map((name) => readRole(new IAMClient(settings), name)));
}

async function readRole(iam: IAMClient, RoleName: string): Promise<WrittenRole> {
  const [{ Role }, { PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([
    iam.send(new GetRoleCommand({ RoleName })),
    iam.send(new ListRolePoliciesCommand({ RoleName })),
    iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
  ]);
  const documents = await Promise.all(
    PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return decodeURIComponent(PolicyDocument);
    }),
  );
  const managed = AttachedPolicies.map(async ({ PolicyArn = '' }) => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
    );
    return [PolicyArn, decodeURIComponent(PolicyVersion?.Document ?? '')] as const;
  });
  return {
    kind: 'role',
    arn: Role?.Arn ?? '',
    trust: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''),
    documents,
    names: nameStatements(nameOfRole(Role?.Arn ?? ''), PolicyNames, documents),
    managed: Object.fromEntries(await Promise.all(managed)),
  };
}

/** A plugin puts the statement of logs before those that a function is given. Other roles have one policy for each purpose. */
function nameStatements(role: string, policies: readonly string[], documents: readonly string[]): string[] {
  const own = readPermissions(projectFolder).functions.find(({ name }) => name === role)?.statements;
  if (own) return ['logs', ...own];
  return documents.flatMap((text, at) => {
    const { Statement } = JSON.parse(text) as { Statement: unknown[] };
    return Statement.map((_one, place) => nameOfPlace(policies[at] ?? '', place));
  });
}

/** Says in a recording which roles there are, so that those are counted too that nobody has ever used. */
export function recordRoles(folder: string, roles: readonly WrittenRole[]): void {
  mkdirSync(folder, { recursive: true });
  for (const role of roles)
    appendFileSync(join(folder, `roles-${process.pid}.jsonl`), `${JSON.stringify(role)}\n`);
}

/** Temporary credentials of a role: its trust policy is changed to the account itself for that. */
export async function assume(settings: ClientSettings, { arn }: WrittenRole): Promise<ClientSettings> {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${arn.split(':')[4]}:root` },
        Action: 'sts:AssumeRole',
      },
    ],
  };
  await new IAMClient(settings).send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: arn.split('/').at(-1),
      PolicyDocument: JSON.stringify(trust),
    }),
  );
  // The root user may assume no role.
  const { Credentials } = await new STSClient({ ...settings, credentials: await operator(settings) }).send(
    new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: nameOfRole(arn) }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  // Hundreds of calls within a moment are throttled.
  return { ...settings, credentials, maxAttempts: 10 } as ClientSettings;
}

/** The key of a user who may do everything. */
async function operator(settings: ClientSettings): Promise<ClientSettings['credentials']> {
  const iam = new IAMClient(settings);
  const UserName = `operator-${randomUUID()}`;
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

const TELLING = 'exports.handler = async () => process.env;';

/**
 * The credentials that a function itself has: its code is replaced by one that tells them.
 *
 * @param path the file of its handler, without its ending
 */
export async function takeOver(
  settings: ClientSettings,
  name: string,
  path: string,
): Promise<ClientSettings> {
  const FunctionName = `kiln-prod-${name}`;
  const lambda = new LambdaClient(settings);
  const ZipFile = zipSync({ [`${path}.js`]: Buffer.from(TELLING) });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  await until(`${name} has its new code`, async () => {
    const { LastUpdateStatus } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return LastUpdateStatus === 'Successful' || undefined;
  });
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
  const told = JSON.parse(Buffer.from(Payload ?? []).toString()) as Record<string, string>;
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = told;
  const credentials = {
    ...{ accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    sessionToken: AWS_SESSION_TOKEN,
  };
  return { ...settings, credentials };
}
