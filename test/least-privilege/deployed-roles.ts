import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { ClientSettings } from 'embedded-aws';
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
  const inline = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    return decodeURIComponent(PolicyDocument);
  });
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
    documents: await Promise.all(inline),
    managed: Object.fromEntries(await Promise.all(managed)),
  };
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
  const { Credentials } = await new STSClient(settings).send(
    new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: nameOfRole(arn) }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return { ...settings, credentials };
}
