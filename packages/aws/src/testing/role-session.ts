import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { rootCall } from './api';
import type { NewRegion } from './region';

const UserName = 'operator';

/** Assumes a role as a user who may do everything: the root user may assume none. @throws AwsError what STS refuses */
export async function assumeRole(
  region: NewRegion,
  input: AssumeRoleCommandInput,
): Promise<Omit<AssumeRoleCommandOutput, '$metadata'>> {
  const principal = region.state('iam').principalOf(await addOperator(region));
  return region.apiAs('sts', { ...rootCall(region.context.region), principal }).AssumeRole(input);
}

/** A user who may do everything. Returns the id of an access key, always the same. */
export async function addOperator(region: NewRegion): Promise<string> {
  const iam = region.api('iam');
  const keys = await iam.ListAccessKeys({ UserName }).catch(() => undefined);
  const [key] = keys?.AccessKeyMetadata ?? [];
  if (key?.AccessKeyId !== undefined) return key.AccessKeyId;
  await iam.CreateUser({ UserName });
  await iam.AttachUserPolicy({ UserName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  const { AccessKey } = await iam.CreateAccessKey({ UserName });
  return AccessKey?.AccessKeyId ?? '';
}
