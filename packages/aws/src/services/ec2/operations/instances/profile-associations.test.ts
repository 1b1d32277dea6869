import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
beforeEach(() => {
  born = bearEc2();
});
afterEach(() => born.dispose());

const IamInstanceProfile = { Name: 'base' };

function launch(more: object = {}): string {
  const { Instances } = born.operations.RunInstances(
    { ImageId: born.amazonImage, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...more },
    born.call,
  );
  return Instances?.[0]?.InstanceId ?? '';
}

const associate = (InstanceId: string) =>
  born.operations.AssociateIamInstanceProfile({ InstanceId, IamInstanceProfile }, born.call)
    .IamInstanceProfileAssociation;

function associationsOf(id: string) {
  const Filters = [{ Name: 'instance-id', Values: [id] }];
  return born.operations.DescribeIamInstanceProfileAssociations({ Filters }, born.call)
    .IamInstanceProfileAssociations;
}

test('an instance that was launched with a profile is associated with it', () => {
  const id = launch({ IamInstanceProfile });
  expect(associationsOf(id)).toMatchObject([
    {
      AssociationId: expect.stringMatching(/^iip-assoc-/),
      State: 'associated',
      IamInstanceProfile: born.ec2.instance(id)?.IamInstanceProfile,
    },
  ]);
});

test('a profile is given to an instance that has none, and taken back', async () => {
  const id = launch();
  expect(associationsOf(id)).toEqual([]);
  const { AssociationId } = associate(id) ?? {};
  expect(born.ec2.instance(id)?.IamInstanceProfile?.Arn).toContain('instance-profile/base');
  expect(await codeOf(() => associate(id))).toBe('IncorrectState');
  const disassociate = () => born.operations.DisassociateIamInstanceProfile({ AssociationId }, born.call);
  disassociate();
  expect(born.ec2.instance(id)?.IamInstanceProfile).toBeUndefined();
  expect(await codeOf(disassociate)).toBe('InvalidAssociationID.NotFound');
});

test('a profile that is replaced is another association', async () => {
  const id = launch({ IamInstanceProfile });
  const before = associationsOf(id)?.[0]?.AssociationId;
  const replace = (Name: string) =>
    born.operations.ReplaceIamInstanceProfileAssociation(
      { AssociationId: before, IamInstanceProfile: { Name } },
      born.call,
    );
  expect(await codeOf(() => replace('nobody'))).toBe('InvalidParameterValue');
  replace('base');
  expect(associationsOf(id)).toHaveLength(1);
  expect(associationsOf(id)?.[0]?.AssociationId).not.toBe(before);
});

test('the machine sees the profile that it is given while it runs', async () => {
  const script = `#!/bin/bash
token=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 600')
path=http://169.254.169.254/latest/meta-data/iam/security-credentials/
until curl -sf -H "X-aws-ec2-metadata-token: $token" $path; do sleep 5; done
echo " is the role"
`;
  const InstanceId = launch({ UserData: Buffer.from(script).toString('base64') });
  await born.until(() => born.ec2.instance(InstanceId)?.State?.Name === 'running');
  associate(InstanceId);
  await born.until(() => {
    const { Output = '' } = born.operations.GetConsoleOutput({ InstanceId, Latest: true }, born.call);
    return Buffer.from(Output, 'base64').toString().includes('base is the role');
  });
});

test('an instance that is terminated gets no profile', async () => {
  const id = launch();
  born.operations.TerminateInstances({ InstanceIds: [id] }, born.call);
  expect(await codeOf(() => associate(id))).toBe('IncorrectInstanceState');
});
