import { zipSync } from 'fflate';
import type { Clients } from './clients';

/** What the clients use together, which is made once. */
export interface Shared {
  readonly bucket: string;
  readonly table: string;
  readonly functionName: string;
  readonly stateMachineArn: string;
  readonly roleArn: string;
  readonly keyId: string;
  readonly launchTemplate: string;
  readonly subnetIds: readonly string[];
  readonly vpcId: string;
}

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: {
        AWS: 'arn:aws:iam::000000000000:root',
        Service: [
          'lambda.amazonaws.com',
          'states.amazonaws.com',
          'scheduler.amazonaws.com',
          'events.amazonaws.com',
        ],
      },
      Action: 'sts:AssumeRole',
    },
  ],
});
const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
});

export const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** A deployment package of a function that gives back what it gets. */
export const CODE = zipSync(
  { 'index.js': Buffer.from('exports.handler = async (event) => event;') },
  { mtime: '1980-01-02' },
);

/** Looks again and again until something is there. @throws Error where it is not after so many looks */
export async function eventually(isThere: () => Promise<boolean>, looks = 600): Promise<void> {
  for (let look = 0; look < looks; look += 1) {
    if (await isThere()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('what was waited for did not come');
}

/** Makes what the clients share. */
export async function makeShared(clients: Clients): Promise<Shared> {
  const { dynamodb, ec2, iam, kms, lambda, s3, sfn } = clients;
  const name = 'load';
  const { Role } = await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: TRUST });
  const roleArn = Role?.Arn ?? '';
  await iam.putRolePolicy({ RoleName: name, PolicyName: 'all', PolicyDocument: EVERYTHING });
  await s3.createBucket({ Bucket: name });
  await dynamodb.createTable({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await eventually(async () => {
    const { Table } = await dynamodb.describeTable({ TableName: name });
    return Table?.TableStatus === 'ACTIVE';
  });
  await lambda.createFunction({
    FunctionName: name,
    Role: roleArn,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: CODE },
  });
  await eventually(async () => {
    const { State } = await lambda.getFunctionConfiguration({ FunctionName: name });
    return State === 'Active';
  });
  const { stateMachineArn = '' } = await sfn.createStateMachine({
    name,
    roleArn,
    definition: JSON.stringify({
      StartAt: 'Begin',
      States: {
        Begin: { Type: 'Pass', Next: 'Rest' },
        Rest: { Type: 'Wait', Seconds: 1, Next: 'End' },
        End: { Type: 'Succeed' },
      },
    }),
  });
  const { KeyMetadata } = await kms.createKey({});
  await ec2.createLaunchTemplate({
    LaunchTemplateName: name,
    LaunchTemplateData: { ImageId: IMAGE, InstanceType: 't3.nano' },
  });
  const { Subnets = [] } = await ec2.describeSubnets({});
  return {
    bucket: name,
    table: name,
    functionName: name,
    stateMachineArn,
    roleArn,
    keyId: KeyMetadata?.KeyId ?? '',
    launchTemplate: name,
    subnetIds: Subnets.map(({ SubnetId = '' }) => SubnetId),
    vpcId: Subnets[0]?.VpcId ?? '',
  };
}
