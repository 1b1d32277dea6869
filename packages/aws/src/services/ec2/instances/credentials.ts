import { AwsError } from '../../../core/aws-error';
import { clientOf } from '../../../core/client';
import { serviceCall } from '../../../core/service-call';
import type { TemporaryCredentials } from '../../../machines/machine-options';
import type { Inventory } from '../inventory';
import type { InstanceRecord } from '../records/instances';

/** The role of the instance's profile, as it is now. */
export function roleOf(ec2: Inventory, record: InstanceRecord): string | undefined {
  return record.profile && ec2.profiles.instanceProfile(record.profile.arn)?.roleArn;
}

/**
 * The credentials that an instance gets for the role of its profile: EC2 assumes it, in a session named as the instance.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
 *
 * @returns undefined without a role, and for one that EC2 may not assume
 */
export async function credentialsOf(
  ec2: Inventory,
  record: InstanceRecord,
): Promise<TemporaryCredentials | undefined> {
  const RoleArn = roleOf(ec2, record);
  if (RoleArn === undefined) return undefined;
  const sts = clientOf<typeof import('@aws-sdk/client-sts')>(ec2.context, 'sts', () =>
    serviceCall(ec2.context, 'ec2', ec2.arn(`instance/${record.id}`)),
  );
  try {
    const { Credentials } = await sts.AssumeRole({ RoleArn, RoleSessionName: record.id });
    if (!Credentials) return undefined;
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = Credentials;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration ?? ec2.context.clock.now(),
    };
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
