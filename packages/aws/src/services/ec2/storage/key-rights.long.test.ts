import type { Call } from '../../../core/service';
import { rootCall } from '../../../testing/api';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

async function asBuilder(region: NewRegion): Promise<Call> {
  const iam = region.api('iam');
  await iam.CreateUser({ UserName: 'builder' });
  const { AccessKey } = await iam.CreateAccessKey({ UserName: 'builder' });
  return { ...rootCall(), principal: region.state('iam').principalOf(AccessKey?.AccessKeyId ?? '') };
}

const VIA = { StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } };
const KEYS = [
  ...['kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:Decrypt'],
  ...['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
];
const EC2 = { Effect: 'Allow', Action: 'ec2:*', Resource: '*' };
const USE = { Effect: 'Allow', Action: KEYS, Resource: '*', Condition: VIA };
const GRANT = {
  ...{ Effect: 'Allow', Action: 'kms:CreateGrant', Resource: '*' },
  Condition: { ...VIA, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
};

test('volumes and copies are encrypted with the rights of who asks for them', async () => {
  await using region = await newRegion();
  const { KeyMetadata } = await region.api('kms').CreateKey({});
  const ec2 = region.apiAs('ec2', await asBuilder(region));
  const { Parameter } = await region.api('ssm').GetParameter({
    Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
  });
  const may = (...statements: object[]) =>
    region.api('iam').PutUserPolicy({
      ...{ UserName: 'builder', PolicyName: 'own', PolicyDocument: document(...statements) },
    });
  const launch = async (KmsKeyId?: string) => {
    const { Instances: [made] = [] } = await ec2.RunInstances({
      ...{ ImageId: Parameter?.Value, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, KmsKeyId } }],
    });
    return until(async () => {
      const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [made?.InstanceId ?? ''] });
      const { State, StateReason } = Reservations?.[0]?.Instances?.[0] ?? {};
      return State?.Name === 'pending' ? undefined : [State?.Name, StateReason?.Code];
    });
  };
  let copies = 0;
  const copy = async (KmsKeyId?: string) => {
    copies += 1;
    const { ImageId = '' } = await ec2.CopyImage({
      ...{
        SourceImageId: Parameter?.Value,
        SourceRegion: 'us-east-1',
        Name: `copy-${copies}`,
      },
      ...{ Encrypted: true, KmsKeyId },
    });
    return until(async () => {
      const { Images } = await ec2.DescribeImages({ ImageIds: [ImageId] });
      return Images?.[0]?.State === 'pending' ? undefined : Images?.[0]?.State;
    });
  };
  await may(EC2);
  expect(await launch()).toEqual(['running', undefined]);
  expect(await launch(KeyMetadata?.Arn)).toEqual(['terminated', 'Client.InternalError']);
  expect(await copy(KeyMetadata?.Arn)).toBe('failed');
  await may(EC2, USE);
  expect(await launch(KeyMetadata?.Arn)).toEqual(['terminated', 'Client.InternalError']);
  await may(EC2, USE, GRANT);
  expect(await launch(KeyMetadata?.Arn)).toEqual(['running', undefined]);
  expect(await copy(KeyMetadata?.Arn)).toBe('available');
});
