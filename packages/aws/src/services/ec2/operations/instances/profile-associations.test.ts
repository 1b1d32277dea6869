import { clientOf } from '../../../../core/client';
import { rootCall } from '../../../../testing/api';
import { until } from '../../../../testing/until';
import { credentialsOf } from '../../instances/credentials';
import { addProfile, codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
  await addProfile(region, 'base');
});
afterEach(() => region.stop());

const IamInstanceProfile = { Name: 'base' };

async function launch(more: object = {}): Promise<string> {
  const { Instances } = await region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
  return Instances?.[0]?.InstanceId ?? '';
}

const associate = async (InstanceId: string) =>
  (await region.ec2.AssociateIamInstanceProfile({ InstanceId, IamInstanceProfile }))
    .IamInstanceProfileAssociation;

async function associationsOf(id: string) {
  const Filters = [{ Name: 'instance-id', Values: [id] }];
  return (await region.ec2.DescribeIamInstanceProfileAssociations({ Filters }))
    .IamInstanceProfileAssociations;
}

test('an instance that was launched with a profile is associated with it', async () => {
  const id = await launch({ IamInstanceProfile });
  expect(await associationsOf(id)).toMatchObject([
    {
      AssociationId: expect.stringMatching(/^iip-assoc-/),
      State: 'associated',
      IamInstanceProfile: region.state.instance(id)?.IamInstanceProfile,
    },
  ]);
});

test('a profile is given to an instance that has none, and taken back', async () => {
  const id = await launch();
  expect(await associationsOf(id)).toEqual([]);
  const { AssociationId } = (await associate(id)) ?? {};
  expect(region.state.instance(id)?.IamInstanceProfile?.Arn).toContain('instance-profile/base');
  expect(await codeOf(() => associate(id))).toBe('IncorrectState');
  const disassociate = () => region.ec2.DisassociateIamInstanceProfile({ AssociationId });
  await disassociate();
  expect(region.state.instance(id)?.IamInstanceProfile).toBeUndefined();
  expect(await codeOf(disassociate)).toBe('InvalidAssociationID.NotFound');
});

test('a profile that is replaced is another association', async () => {
  const id = await launch({ IamInstanceProfile });
  const before = (await associationsOf(id))?.[0]?.AssociationId;
  const replace = (Name: string) =>
    region.ec2.ReplaceIamInstanceProfileAssociation({ AssociationId: before, IamInstanceProfile: { Name } });
  expect(await codeOf(() => replace('nobody'))).toBe('InvalidParameterValue');
  await replace('base');
  expect(await associationsOf(id)).toHaveLength(1);
  expect((await associationsOf(id))?.[0]?.AssociationId).not.toBe(before);
});

test('the machine sees the profile that it is given while it runs', async () => {
  const script = `#!/bin/bash
token=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 600')
path=http://169.254.169.254/latest/meta-data/iam/security-credentials/
until curl -sf -H "X-aws-ec2-metadata-token: $token" $path; do sleep 5; done
echo " is the role"
`;
  const InstanceId = await launch({ UserData: Buffer.from(script).toString('base64') });
  await until(() => region.state.instance(InstanceId)?.State?.Name === 'running');
  await associate(InstanceId);
  await until(async () => {
    const { Output = '' } = await region.ec2.GetConsoleOutput({ InstanceId, Latest: true });
    return Buffer.from(Output, 'base64').toString().includes('base is the role');
  });
});

test('EC2 assumes the role of a profile for its instance, if the role trusts it', async () => {
  const id = await launch({ IamInstanceProfile });
  const record = region.state.instances.require(id);
  expect(await credentialsOf(region.state, record)).toMatchObject({
    accessKeyId: expect.stringMatching(/^ASIA/),
  });
  expect(region.aws.account.calls.list().at(-1)).toMatchObject({
    service: 'sts',
    operation: 'AssumeRole',
    caller: expect.stringContaining('ec2.amazonaws.com'),
  });
  const iam = clientOf<typeof import('@aws-sdk/client-iam')>(region.context, 'iam', () => rootCall());
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.UpdateAssumeRolePolicy({ RoleName: 'base', PolicyDocument });
  expect(await credentialsOf(region.state, record)).toBeUndefined();
});

test('an instance that is terminated gets no profile', async () => {
  const id = await launch();
  await region.ec2.TerminateInstances({ InstanceIds: [id] });
  expect(await codeOf(() => associate(id))).toBe('IncorrectInstanceState');
});
