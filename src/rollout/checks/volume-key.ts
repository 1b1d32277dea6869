import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { GetEbsDefaultKmsKeyIdCommand, type LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { DescribeKeyCommand, GetKeyPolicyCommand, paginateListGrants } from '@aws-sdk/client-kms';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { kms } from '../../aws/kms';
import { MANAGED_KEY } from '../../image/sharing';

/**
 * What keeps Auto Scaling from launching servers whose volumes are encrypted with a key of the account's own: the key must let the role
 * of Auto Scaling use it, by its policy or by a grant. Without it servers end as soon as they begin, with `Client.InternalError`.
 * See https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 *
 * @param version of the group's launch template: it may name keys itself
 * @returns what to change; undefined where nothing is in the way
 */
export async function findKeyProblem(
  group: AutoScalingGroup,
  version: LaunchTemplateVersion,
): Promise<string | undefined> {
  const role = group.ServiceLinkedRoleARN;
  if (!role) return undefined;
  const { KmsKeyId: byDefault = '' } = await ec2().send(new GetEbsDefaultKmsKeyIdCommand({}));
  const named = (version.LaunchTemplateData?.BlockDeviceMappings ?? []).flatMap(
    ({ Ebs }) => Ebs?.KmsKeyId ?? [],
  );
  for (const key of new Set([byDefault, ...named])) {
    if (key.endsWith(MANAGED_KEY)) continue;
    const problem = await judgeKey(key, role);
    if (problem) return problem;
  }
  return undefined;
}

async function judgeKey(KeyId: string, role: string): Promise<string | undefined> {
  const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId }));
  const { Arn = KeyId, KeyManager, KeyState } = KeyMetadata ?? {};
  if (KeyManager === 'AWS') return undefined;
  if (KeyState !== 'Enabled')
    return `launches servers with volumes that are encrypted with the key ${Arn}, which is ${KeyState}.`;
  if ((await isNamedInPolicy(Arn, role)) || (await hasGrant(Arn, role))) return undefined;
  return `launches servers with volumes that are encrypted with the key ${Arn}, which the role of Auto Scaling may not use: they would end at once (Client.InternalError). Let it, in the key's policy, or by: aws kms create-grant --key-id ${Arn} --grantee-principal ${role} --operations Decrypt GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo CreateGrant DescribeKey`;
}

interface Statement {
  Effect?: string;
  Principal?: unknown;
}

/** That the account's root is named lets the role's own policies decide, and Auto Scaling's have no key in them. */
async function isNamedInPolicy(KeyId: string, role: string): Promise<boolean> {
  try {
    const { Policy = '{}' } = await kms().send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
    const { Statement = [] } = JSON.parse(Policy) as { Statement?: Statement | Statement[] };
    return [Statement].flat().some(({ Effect, Principal }) => Effect === 'Allow' && names(Principal, role));
  } catch (error) {
    // A key of another account does not show its policy.
    if (isAwsError(error, 'AccessDeniedException')) return true;
    throw error;
  }
}

function names(principal: unknown, role: string): boolean {
  if (typeof principal === 'string') return principal === '*' || principal === role;
  if (typeof principal !== 'object' || principal === null) return false;
  return Object.values(principal)
    .flat()
    .some((one) => names(one, role));
}

async function hasGrant(KeyId: string, GranteePrincipal: string): Promise<boolean> {
  const pages = paginateListGrants({ client: kms() }, { KeyId, GranteePrincipal });
  for await (const { Grants = [] } of pages) if (Grants.length > 0) return true;
  return false;
}
