import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion({ region: 'eu-north-1' });
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const trust = `AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }] }`;

test('the IAM types are made, changed and deleted without a rest', async () => {
  const body = (actions: string) => `
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { ${trust}, ManagedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"], Policies: [{ PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${actions}", Resource: "*" }] } }] } }
  Profile: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Role] } }
  Managed: { Type: AWS::IAM::ManagedPolicy, Properties: { Roles: [!Ref Role], PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${actions}", Resource: "*" }] } } }
  Inline: { Type: AWS::IAM::Policy, Properties: { PolicyName: inline, Roles: [!Ref Role], PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${actions}", Resource: "*" }] } } }
Outputs: { Role: { Value: !Ref Role }, Profile: { Value: !GetAtt Profile.Arn }, Managed: { Value: !Ref Managed } }`;
  const Capabilities = ['CAPABILITY_IAM' as const];
  await cfn.create('net', body('s3:GetObject'), { Capabilities });
  const { Role: RoleName = '', Profile = '', Managed = '' } = await cfn.outputs('net');
  const InstanceProfileName = Profile.slice(Profile.lastIndexOf('/') + 1);
  const { InstanceProfile } = await region.api('iam').GetInstanceProfile({ InstanceProfileName });
  expect(InstanceProfile?.Roles?.[0]?.Arn).toBe(`arn:aws:iam::000000000000:role/${RoleName}`);
  expect((await region.api('iam').ListRolePolicies({ RoleName })).PolicyNames).toEqual(['inline', 'own']);
  expect((await region.api('iam').ListAttachedRolePolicies({ RoleName })).AttachedPolicies).toHaveLength(2);

  expect((await cfn.update('net', body('s3:PutObject'), { Capabilities }))?.StackStatus).toBe(
    'UPDATE_COMPLETE',
  );
  const document =
    (await region.api('iam').GetRolePolicy({ RoleName, PolicyName: 'own' })).PolicyDocument ?? '';
  expect(decodeURIComponent(document)).toContain('s3:PutObject');
  expect((await region.api('iam').GetPolicy({ PolicyArn: Managed })).Policy?.DefaultVersionId).toBe('v2');

  expect((await cfn.remove('net'))?.StackStatus).toBe('DELETE_COMPLETE');
  expect((await region.api('iam').ListRoles({})).Roles).toEqual([]);
  expect((await region.api('iam').ListPolicies({ Scope: 'Local' })).Policies).toEqual([]);
});

test('a provider of web identities is made, changed in place and deleted', async () => {
  const body = (clients: string, team: string) => `
Resources:
  GitHub:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: https://token.actions.githubusercontent.com
      ClientIdList: [${clients}]
      ThumbprintList: [6938fd4d98bab03faadb97b34396831e3780aea1]
      Tags: [{ Key: team, Value: ${team} }]
Outputs: { Arn: { Value: !GetAtt GitHub.Arn }, Ref: { Value: !Ref GitHub } }`;
  await cfn.create('ci', body('sts.amazonaws.com, old', 'web'));
  const { Arn: OpenIDConnectProviderArn = '', Ref } = await cfn.outputs('ci');
  expect(Ref).toBe(OpenIDConnectProviderArn);
  const iam = region.api('iam');
  expect((await cfn.update('ci', body('sts.amazonaws.com, new', 'ops')))?.StackStatus).toBe(
    'UPDATE_COMPLETE',
  );
  const changed = await iam.GetOpenIDConnectProvider({ OpenIDConnectProviderArn });
  expect(changed.ClientIDList).toEqual(['sts.amazonaws.com', 'new']);
  expect(changed.Tags).toContainEqual({ Key: 'team', Value: 'ops' });
  expect((await cfn.remove('ci'))?.StackStatus).toBe('DELETE_COMPLETE');
  expect((await iam.ListOpenIDConnectProviders({})).OpenIDConnectProviderList).toEqual([]);
});
