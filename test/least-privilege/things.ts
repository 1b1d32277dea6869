import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateLaunchTemplateCommand,
  CreateSubnetCommand,
  DescribeImagesCommand,
  EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  AddTagsToResourceCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { ClientSettings } from 'embedded-aws';
import type { WrittenRole } from './recording';

/** The group of another deployment, and one that is nobody's. */
export const OTHERS_GROUP = 'kiln-fleet-web';
export const FREE_GROUP = 'kiln-fleet-api';
/** One that people have not let Kiln change. */
export const PEOPLES_GROUP = 'people-own';
/** The parameter of another deployment, one that is nobody's, and one that no pipeline names. */
export const OTHERS_PARAMETER = '/kiln/web/image';
export const FREE_PARAMETER = '/kiln/api/image';
/** One that pipelines name as a secret. */
export const SECRET_PARAMETER = '/kiln/vault/password';
export const PEOPLES_PARAMETER = '/people/image';

/** What is in the account, of the service and of people, for roles to lay their hands on. */
export interface Things {
  readonly table: string;
  readonly artifacts: string;
  readonly image: string;
  readonly subnet: string;
  readonly otherSubnet: string;
  readonly baseGroup: string;
  readonly topicKey: string;
  readonly baseRole: string;
  readonly serverRole: string;
  readonly schedulerRole: string;
  /** Of people: nothing of it has a tag of Kiln. */
  readonly key: string;
  /** A key that lets everybody decrypt, and something that it has encrypted. */
  readonly openKey: string;
  readonly secret: Uint8Array;
  readonly instance: string;
  readonly peopleImage: string;
  readonly peopleTemplate: string;
}

/** Makes what is people's and another deployment's, and looks up what is the service's own. */
export async function makeThings(
  settings: ClientSettings,
  { table, artifacts }: Pick<Things, 'table' | 'artifacts'>,
  roles: readonly WrittenRole[],
): Promise<Things> {
  const [ec2, ssm] = [new EC2Client(settings), new SSMClient(settings)];
  const parameter = async (Name: string) =>
    (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value ?? '';
  const [image, subnets, baseGroup, vpc] = await Promise.all([
    parameter('/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'),
    parameter('/kiln/network/subnets'),
    parameter('/kiln/network/base-security-group'),
    parameter('/kiln/network/vpc'),
  ]);
  const [subnet = ''] = subnets.split(',');
  const roleOf = (name: string) => roles.find(({ arn }) => arn.includes(name))?.arn ?? '';
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.9.0/24' }));
  const { Instances: [instance] = [] } = await ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: image, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId: subnet },
    }),
  );
  const { Images: [base] = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
  const { ImageId: peopleImage = '' } = await ec2.send(
    new RegisterImageCommand({
      ...{ Name: 'people', RootDeviceName: '/dev/xvda' },
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { SnapshotId: base?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId } },
      ],
    }),
  );
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'people',
      LaunchTemplateData: { ImageId: image, InstanceType: 't3.micro' },
    }),
  );
  await new AutoScalingClient(settings).send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: PEOPLES_GROUP, MinSize: 0, MaxSize: 0, VPCZoneIdentifier: subnet },
      LaunchTemplate: { LaunchTemplateName: 'people', Version: '1' },
    }),
  );
  const { KeyMetadata } = await new KMSClient(settings).send(new CreateKeyCommand({}));
  const { openKey, secret } = await makeOpenKey(settings);
  await ssm.send(
    new PutParameterCommand({
      ...{ Name: SECRET_PARAMETER, Type: 'SecureString', Value: 'Hello', Overwrite: true, KeyId: openKey },
    }),
  );
  await ssm.send(new PutParameterCommand({ Name: PEOPLES_PARAMETER, Type: 'String', Value: image }));
  await ssm.send(
    new PutParameterCommand({ Name: OTHERS_PARAMETER, Type: 'String', Value: image, Overwrite: true }),
  );
  const others = { Key: 'kiln:service', Value: 'kiln-other@us-east-1' };
  await ssm.send(
    new AddTagsToResourceCommand({
      ...{ ResourceType: 'Parameter', ResourceId: OTHERS_PARAMETER, Tags: [others] },
    }),
  );
  await new AutoScalingClient(settings).send(
    new CreateOrUpdateTagsCommand({
      Tags: [
        {
          ...{ ...others, ResourceId: OTHERS_GROUP, ResourceType: 'auto-scaling-group' },
          PropagateAtLaunch: false,
        },
      ],
    }),
  );
  const { StackResources = [] } = await new CloudFormationClient(settings).send(
    new DescribeStackResourcesCommand({ StackName: 'kiln-prod', LogicalResourceId: 'FailureTopicKey' }),
  );
  return {
    ...{ table, artifacts, image, subnet, baseGroup, peopleImage, openKey, secret },
    topicKey: StackResources[0]?.PhysicalResourceId ?? '',
    otherSubnet: Subnet?.SubnetId ?? '',
    baseRole: roleOf('-BaseRole-'),
    serverRole: roleOf('-ServerRole-'),
    schedulerRole: roleOf('-SchedulerRole-'),
    key: KeyMetadata?.KeyId ?? '',
    instance: instance?.InstanceId ?? '',
    peopleTemplate: LaunchTemplate?.LaunchTemplateId ?? '',
  };
}

async function makeOpenKey(settings: ClientSettings): Promise<Pick<Things, 'openKey' | 'secret'>> {
  const kms = new KMSClient(settings);
  const Statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' };
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
  const openKey = KeyMetadata?.Arn ?? '';
  const { CiphertextBlob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId: openKey, Plaintext: Buffer.from('Hello') }),
  );
  return { openKey, secret: CiphertextBlob };
}
