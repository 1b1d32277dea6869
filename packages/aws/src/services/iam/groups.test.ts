import { type NewRegion, newRegion } from '../../testing/region';

const document = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } });

const GroupName = 'deployers';
const UserName = 'ola';

async function withGroup(region: NewRegion) {
  const aws = region.api('iam');
  await aws.CreateUser({ UserName });
  const { Group } = await aws.CreateGroup({ GroupName, Path: '/web/' });
  return { aws, Group };
}

test('a group is made, found, renamed and deleted', async () => {
  await using region = await newRegion();
  const { aws, Group } = await withGroup(region);
  expect(Group).toMatchObject({
    ...{ GroupName, Path: '/web/', Arn: 'arn:aws:iam::000000000000:group/web/deployers' },
    GroupId: expect.stringMatching(/^AGPA/),
  });
  await expect(aws.CreateGroup({ GroupName: 'Deployers' })).rejects.toMatchObject({
    code: 'EntityAlreadyExists',
  });
  expect((await aws.ListGroups({ PathPrefix: '/web/' })).Groups).toEqual([Group]);
  expect((await aws.ListGroups({ PathPrefix: '/ops/' })).Groups).toEqual([]);
  expect((await aws.GetAccountSummary({})).SummaryMap?.Groups).toBe(1);
  expect(await aws.UpdateGroup({ GroupName, NewGroupName: 'ops', NewPath: '/' })).toEqual({});
  expect((await aws.GetGroup({ GroupName: 'ops' })).Group).toEqual({
    ...{ ...Group, GroupName: 'ops', Path: '/', Arn: 'arn:aws:iam::000000000000:group/ops' },
  });
  await expect(aws.GetGroup({ GroupName })).rejects.toMatchObject({
    ...{ code: 'NoSuchEntity', message: 'The group with name deployers cannot be found.' },
  });
  await aws.CreateGroup({ GroupName });
  await expect(aws.UpdateGroup({ GroupName, NewGroupName: 'ops' })).rejects.toMatchObject({
    code: 'EntityAlreadyExists',
  });
  expect(await aws.DeleteGroup({ GroupName })).toEqual({});
  await expect(aws.DeleteGroup({ GroupName })).rejects.toMatchObject({ code: 'NoSuchEntity' });
});

test('neither a group with users nor a user in a group can be deleted', async () => {
  await using region = await newRegion();
  const { aws, Group } = await withGroup(region);
  expect(await aws.AddUserToGroup({ GroupName, UserName })).toEqual({});
  await aws.AddUserToGroup({ GroupName, UserName });
  expect(await aws.GetGroup({ GroupName })).toMatchObject({
    Group,
    Users: [{ UserName }],
    IsTruncated: false,
  });
  expect((await aws.ListGroupsForUser({ UserName })).Groups).toEqual([Group]);
  const held = {
    code: 'DeleteConflict',
    message: 'Cannot delete entity, must remove users from group first.',
  };
  await expect(aws.DeleteGroup({ GroupName })).rejects.toMatchObject(held);
  await expect(aws.DeleteUser({ UserName })).rejects.toMatchObject(held);
  expect(await aws.RemoveUserFromGroup({ GroupName, UserName })).toEqual({});
  await expect(aws.RemoveUserFromGroup({ GroupName, UserName })).rejects.toMatchObject({
    code: 'NoSuchEntity',
  });
  expect((await aws.ListGroupsForUser({ UserName })).Groups).toEqual([]);
  await aws.DeleteUser({ UserName });
});

test('a user is in ten groups at most', async () => {
  await using region = await newRegion();
  const { aws } = await withGroup(region);
  for (let at = 0; at < 10; at++) {
    await aws.CreateGroup({ GroupName: `g${at}` });
    await aws.AddUserToGroup({ GroupName: `g${at}`, UserName });
  }
  await expect(aws.AddUserToGroup({ GroupName, UserName })).rejects.toMatchObject({
    ...{ code: 'LimitExceeded', message: 'Cannot exceed quota for GroupsPerUser: 10' },
  });
});

test('users may do what the policies of their groups say', async () => {
  await using region = await newRegion();
  const { aws, Group } = await withGroup(region);
  const { AccessKeyId = '' } = (await aws.CreateAccessKey({ UserName })).AccessKey ?? {};
  const principal = region.state('iam').principalOf(AccessKeyId);
  const call = { region: 'us-east-1', accountId: principal.accountId, requestId: 'r', principal };
  const own = region.apiAs('iam', call);
  const refused = { code: 'AccessDenied' };
  await aws.AddUserToGroup({ GroupName, UserName });
  await expect(own.ListUsers({})).rejects.toMatchObject(refused);

  await aws.PutGroupPolicy({ GroupName, PolicyName: 'own', PolicyDocument: document('iam:ListUsers') });
  expect((await own.ListUsers({})).Users).toHaveLength(1);
  expect((await aws.ListGroupPolicies({ GroupName })).PolicyNames).toEqual(['own']);
  const { PolicyDocument = '' } = await aws.GetGroupPolicy({ GroupName, PolicyName: 'own' });
  expect(decodeURIComponent(PolicyDocument)).toBe(document('iam:ListUsers'));

  const { Policy } = await aws.CreatePolicy({
    PolicyName: 'list',
    PolicyDocument: document('iam:ListRoles'),
  });
  const PolicyArn = Policy?.Arn;
  await aws.AttachGroupPolicy({ GroupName, PolicyArn });
  expect((await own.ListRoles({})).Roles).toEqual([]);
  expect((await aws.ListAttachedGroupPolicies({ GroupName })).AttachedPolicies).toEqual([
    { PolicyName: 'list', PolicyArn },
  ]);
  expect((await aws.GetPolicy({ PolicyArn })).Policy?.AttachmentCount).toBe(1);
  expect((await aws.ListEntitiesForPolicy({ PolicyArn })).PolicyGroups).toEqual([
    { GroupName, GroupId: Group?.GroupId },
  ]);
  const { EvaluationResults } = await aws.SimulatePrincipalPolicy({
    PolicySourceArn: principal.arn,
    ActionNames: ['iam:ListUsers', 'iam:ListGroups'],
  });
  expect(EvaluationResults).toMatchObject([
    {
      EvalDecision: 'allowed',
      MatchedStatements: [{ SourcePolicyId: 'group_deployers_own', SourcePolicyType: 'group' }],
    },
    { EvalDecision: 'implicitDeny' },
  ]);

  const conflict = { code: 'DeleteConflict' };
  await aws.RemoveUserFromGroup({ GroupName, UserName });
  await expect(own.ListUsers({})).rejects.toMatchObject(refused);
  await expect(aws.DeleteGroup({ GroupName })).rejects.toMatchObject(conflict);
  await aws.DetachGroupPolicy({ GroupName, PolicyArn });
  await expect(aws.DeleteGroup({ GroupName })).rejects.toMatchObject(conflict);
  await aws.DeleteGroupPolicy({ GroupName, PolicyName: 'own' });
  await aws.DeleteGroup({ GroupName });
});

test('who may change one group may not change another', async () => {
  await using region = await newRegion();
  const { aws, Group } = await withGroup(region);
  await aws.CreateGroup({ GroupName: 'admins' });
  const Statement = { Effect: 'Allow', Action: 'iam:AddUserToGroup', Resource: Group?.Arn };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await aws.PutUserPolicy({ UserName, PolicyName: 'own', PolicyDocument });
  const { AccessKeyId = '' } = (await aws.CreateAccessKey({ UserName })).AccessKey ?? {};
  const principal = region.state('iam').principalOf(AccessKeyId);
  const call = { region: 'us-east-1', accountId: principal.accountId, requestId: 'r', principal };
  const own = region.apiAs('iam', call);
  expect(await own.AddUserToGroup({ GroupName, UserName })).toEqual({});
  await expect(own.AddUserToGroup({ GroupName: 'admins', UserName })).rejects.toMatchObject({
    code: 'AccessDenied',
  });
});
