import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { NewRegion } from '../../testing/region';
import { until } from '../../testing/until';

/** What an agent needs, and what instances are told to do with S3 beside it. */
export const CORE = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';

/** An instance profile, with a role of its name that instances have. */
export async function addInstanceProfile(
  region: NewRegion,
  name: string,
  policies: readonly string[] = [CORE],
): Promise<void> {
  const iam = region.api('iam');
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  await iam.CreateRole({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  for (const PolicyArn of policies) await iam.AttachRolePolicy({ RoleName: name, PolicyArn });
  await iam.CreateInstanceProfile({ InstanceProfileName: name });
  await iam.AddRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
}

/** The id of one of Amazon's images. */
export async function findImage(
  region: NewRegion,
  edition: 'standard' | 'minimal' = 'standard',
): Promise<string> {
  const prefix = edition === 'minimal' ? 'al2023-ami-minimal' : 'al2023-ami';
  const { Parameter } = await region.api('ssm').GetParameter({
    Name: `/aws/service/ami-amazon-linux-latest/${prefix}-kernel-default-x86_64`,
  });
  return Parameter?.Value ?? '';
}

/** An instance that runs. Returns its id. */
export async function launch(region: NewRegion, input: Partial<RunInstancesRequest> = {}): Promise<string> {
  const ec2 = region.api('ec2');
  const { Instances } = await ec2.RunInstances({
    ImageId: await findImage(region),
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    ...input,
  });
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  await until(async () => {
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [InstanceId] });
    return Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running';
  });
  return InstanceId;
}

/** What DescribeInstanceInformation says of an instance, when it says that its agent is there. */
export function whenOnline(region: NewRegion, instanceId: string) {
  return until(async () => {
    const { InstanceInformationList = [] } = await region.api('ssm').DescribeInstanceInformation({
      Filters: [
        { Key: 'InstanceIds', Values: [instanceId] },
        { Key: 'PingStatus', Values: ['Online'] },
      ],
    });
    return InstanceInformationList[0];
  });
}

/** Whether a command or an invocation of one has come to its end. */
export function isOver({ Status = '' }: { readonly Status?: string }): boolean {
  return !['Pending', 'InProgress', 'Delayed', 'Cancelling'].includes(Status);
}

/** An instance whose agent is there, with a profile of this name that is there. Returns its id. */
export async function launchManaged(
  region: NewRegion,
  profile: string,
  input: Partial<RunInstancesRequest> = {},
): Promise<string> {
  const id = await launch(region, { IamInstanceProfile: { Name: profile }, ...input });
  await whenOnline(region, id);
  return id;
}
