import { addRole } from '../../testing/functions';
import { type NewRegion, newRegion } from '../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const bucket = 'arn:aws:s3:::site';
const object = `${bucket}/index.html`;

test('what a role may do is simulated by its policies, with the statement that decides and the keys that lack', async () => {
  const iam = region.api('iam');
  const PolicySourceArn = await addRole(region, 'reader', ['ec2.amazonaws.com'], ['ssm:GetParameter']);
  await iam.PutRolePolicy({
    RoleName: 'reader',
    PolicyName: 'site',
    PolicyDocument: document(
      { Effect: 'Allow', Action: 's3:GetObject', Resource: `${bucket}/*` },
      {
        Effect: 'Deny',
        Action: 's3:GetObject',
        Resource: '*',
        Condition: { StringEquals: { 's3:ExistingObjectTag/secret': 'yes' } },
      },
    ),
  });
  const asked = { PolicySourceArn, ActionNames: ['s3:GetObject', 's3:PutObject'], ResourceArns: [object] };
  const { EvaluationResults } = await iam.SimulatePrincipalPolicy(asked);
  expect(EvaluationResults).toEqual([
    {
      EvalActionName: 's3:GetObject',
      EvalResourceName: object,
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: 'role_reader_site', SourcePolicyType: 'role' }],
      MissingContextValues: ['s3:ExistingObjectTag/secret'],
    },
    {
      EvalActionName: 's3:PutObject',
      EvalResourceName: object,
      EvalDecision: 'implicitDeny',
      MatchedStatements: [],
      MissingContextValues: [],
    },
  ]);
  const ContextEntries = [
    {
      ContextKeyName: 's3:ExistingObjectTag/secret',
      ContextKeyType: 'string' as const,
      ContextKeyValues: ['yes'],
    },
  ];
  const denied = await iam.SimulatePrincipalPolicy({ ...asked, ContextEntries });
  expect(denied.EvaluationResults?.[0]).toMatchObject({
    EvalDecision: 'explicitDeny',
    MissingContextValues: [],
  });
});

test('a boundary narrows a simulation down', async () => {
  const { EvaluationResults } = await region.api('iam').SimulateCustomPolicy({
    PolicyInputList: [document({ Effect: 'Allow', Action: '*', Resource: '*' })],
    PermissionsBoundaryPolicyInputList: [document({ Effect: 'Allow', Action: 'ec2:*', Resource: '*' })],
    ActionNames: ['ec2:RunInstances', 's3:GetObject'],
  });
  expect(EvaluationResults).toMatchObject([
    {
      EvalResourceName: '*',
      EvalDecision: 'allowed',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
    },
    {
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    },
  ]);
});

test('the policy of a resource counts for the caller that it names', async () => {
  const CallerArn = 'arn:aws:iam::000000000000:user/ola';
  const ResourcePolicy = document({
    Effect: 'Allow',
    Principal: { AWS: CallerArn },
    Action: 's3:*',
    Resource: object,
  });
  const asked = {
    PolicyInputList: [document({ Effect: 'Allow', Action: 'ec2:*', Resource: '*' })],
    ActionNames: ['s3:GetObject'],
    ResourceArns: [object],
  };
  const iam = region.api('iam');
  const { EvaluationResults } = await iam.SimulateCustomPolicy({ ...asked, ResourcePolicy, CallerArn });
  expect(EvaluationResults).toMatchObject([{ EvalDecision: 'allowed' }]);
  await expect(iam.SimulateCustomPolicy({ ...asked, ResourcePolicy })).rejects.toMatchObject({
    code: 'InvalidInput',
  });
});

test('who is not there, and an action that is none, are refused', async () => {
  const iam = region.api('iam');
  const PolicySourceArn = 'arn:aws:iam::000000000000:role/ghost';
  await expect(
    iam.SimulatePrincipalPolicy({ PolicySourceArn, ActionNames: ['s3:GetObject'] }),
  ).rejects.toMatchObject({
    code: 'NoSuchEntity',
  });
  await expect(
    iam.SimulateCustomPolicy({
      PolicyInputList: [document({ Effect: 'Allow', Action: '*', Resource: '*' })],
      ActionNames: ['GetObject'],
    }),
  ).rejects.toMatchObject({ code: 'InvalidInput' });
});
