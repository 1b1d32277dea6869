import { addRole } from '../../testing/functions';
import { newRegion } from '../../testing/region';

const allowS3 = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
});

test("a user's access key is the user's", async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const UserName = 'ola';
  await aws.CreateUser({ UserName });
  const { AccessKeyId = '' } = (await aws.CreateAccessKey({ UserName })).AccessKey ?? {};
  const principal = region.state('iam').principalOf(AccessKeyId);
  expect(principal.arn).toBe('arn:aws:iam::000000000000:user/ola');
  await expect(aws.DeleteUser({ UserName })).rejects.toMatchObject({ code: 'DeleteConflict' });
  const Resource = `arn:aws:iam::*:user/\${aws:username}`;
  const Statement = { Effect: 'Allow', Action: ['iam:GetUser', 'iam:*AccessKey*'], Resource };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await aws.PutUserPolicy({ UserName, PolicyName: 'own', PolicyDocument });

  const call = { region: 'us-east-1', accountId: principal.accountId, requestId: 'r', principal };
  const ownAws = region.apiAs('iam', call);
  expect((await ownAws.GetUser({})).User).toMatchObject({ UserName, Arn: principal.arn });
  await ownAws.UpdateAccessKey({ AccessKeyId, Status: 'Inactive' });
  expect((await ownAws.ListAccessKeys({})).AccessKeyMetadata).toMatchObject([
    { UserName, AccessKeyId, Status: 'Inactive' },
  ]);
  await aws.CreateAccessKey({ UserName });
  await expect(aws.CreateAccessKey({ UserName })).rejects.toMatchObject({ code: 'LimitExceeded' });
  await ownAws.DeleteAccessKey({ AccessKeyId });
  await expect(ownAws.DeleteAccessKey({ AccessKeyId })).rejects.toMatchObject({ code: 'NoSuchEntity' });
  expect((await aws.ListAccessKeys({ UserName })).AccessKeyMetadata).toHaveLength(1);
});

test("the root user's access keys are made, changed, listed and deleted without a name", async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const present = async () => (await aws.GetAccountSummary({})).SummaryMap?.AccountAccessKeysPresent;
  await aws.CreateUser({ UserName: 'ola' });
  await aws.CreateAccessKey({ UserName: 'ola' });
  expect((await aws.ListAccessKeys({})).AccessKeyMetadata).toEqual([]);
  expect(await present()).toBe(0);
  const { AccessKeyId = '' } = (await aws.CreateAccessKey({})).AccessKey ?? {};
  const principal = region.state('iam').principalOf(AccessKeyId);
  expect(principal.arn).toBe('arn:aws:iam::000000000000:root');
  expect(await present()).toBe(1);
  const call = { region: 'us-east-1', accountId: principal.accountId, requestId: 'r', principal };
  const ownAws = region.apiAs('iam', call);
  await ownAws.UpdateAccessKey({ AccessKeyId, Status: 'Inactive' });
  expect((await ownAws.ListAccessKeys({})).AccessKeyMetadata).toMatchObject([
    { AccessKeyId, Status: 'Inactive' },
  ]);
  await ownAws.CreateAccessKey({});
  await expect(ownAws.CreateAccessKey({})).rejects.toMatchObject({ code: 'LimitExceeded' });
  await ownAws.DeleteAccessKey({ AccessKeyId });
  await expect(ownAws.DeleteAccessKey({ AccessKeyId })).rejects.toMatchObject({ code: 'NoSuchEntity' });
  expect((await ownAws.ListAccessKeys({})).AccessKeyMetadata).toHaveLength(1);
});

test('the session of a role has no access keys of its own', async () => {
  await using region = await newRegion();
  const accountId = '000000000000';
  const role = await addRole(region, 'build', ['lambda.amazonaws.com'], ['iam:*AccessKey*']);
  const iam = region.state('iam');
  const principal = iam.principalOf(iam.issue(role, 'session').accessKeyId);
  const aws = region.apiAs('iam', { region: 'us-east-1', accountId, requestId: 'r', principal });
  const refused = {
    code: 'ValidationError',
    message: 'Must specify userName when calling with non-User credentials',
  };
  await expect(aws.CreateAccessKey({})).rejects.toMatchObject(refused);
  await expect(aws.ListAccessKeys({})).rejects.toMatchObject(refused);
});

test('a user has policies and tags of its own, and cannot be deleted while policies hang on it', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const UserName = 'deployer';
  await aws.CreateUser({ UserName });
  await aws.PutUserPolicy({ UserName, PolicyName: 'site', PolicyDocument: allowS3 });
  const { PolicyDocument = '' } = await aws.GetUserPolicy({ UserName, PolicyName: 'site' });
  expect(decodeURIComponent(PolicyDocument)).toBe(allowS3);
  expect((await aws.ListUserPolicies({ UserName })).PolicyNames).toEqual(['site']);
  const { Policy } = await aws.CreatePolicy({ PolicyName: 'read', PolicyDocument: allowS3 });
  const PolicyArn = Policy?.Arn;
  await aws.AttachUserPolicy({ UserName, PolicyArn });
  expect((await aws.GetPolicy({ PolicyArn })).Policy?.AttachmentCount).toBe(1);
  expect((await aws.ListEntitiesForPolicy({ PolicyArn })).PolicyUsers).toMatchObject([{ UserName }]);
  expect((await aws.ListEntitiesForPolicy({ PolicyArn, EntityFilter: 'Role' })).PolicyUsers).toEqual([]);
  await expect(aws.DeletePolicy({ PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflict' });
  await expect(aws.DeleteUser({ UserName })).rejects.toMatchObject({ code: 'DeleteConflict' });
  await aws.DeleteUserPolicy({ UserName, PolicyName: 'site' });
  await expect(aws.GetUserPolicy({ UserName, PolicyName: 'site' })).rejects.toMatchObject({
    code: 'NoSuchEntity',
  });
  await expect(aws.DeleteUser({ UserName })).rejects.toMatchObject({ code: 'DeleteConflict' });
  await aws.DetachUserPolicy({ UserName, PolicyArn });
  expect((await aws.ListAttachedUserPolicies({ UserName })).AttachedPolicies).toEqual([]);
  await aws.TagUser({ UserName, Tags: [{ Key: 'team', Value: 'web' }] });
  expect((await aws.ListUserTags({ UserName })).Tags).toEqual([{ Key: 'team', Value: 'web' }]);
  await aws.UntagUser({ UserName, TagKeys: ['team'] });
  expect((await aws.ListUserTags({ UserName })).Tags).toEqual([]);
  expect((await aws.ListGroupsForUser({ UserName })).Groups).toEqual([]);
  await aws.DeleteUser({ UserName });
  expect((await aws.ListUsers({})).Users).toEqual([]);
});

test('the account as a whole is summed up', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  await aws.CreateUser({ UserName: 'ola' });
  expect((await aws.GetAccountSummary({})).SummaryMap).toMatchObject({
    Users: 1,
    UsersQuota: 5000,
    Roles: 0,
  });
  expect((await aws.ListAccountAliases({})).AccountAliases).toEqual([]);
});

test('a user does no more than its boundary allows', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const document = (Action: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } });
  const { Policy } = await aws.CreatePolicy({ PolicyName: 'bound', PolicyDocument: document('s3:*') });
  const PermissionsBoundary = Policy?.Arn;
  const UserName = 'ola';
  await aws.CreateUser({ UserName, PermissionsBoundary });
  const shown = async () =>
    (await aws.GetUser({ UserName })).User?.PermissionsBoundary?.PermissionsBoundaryArn;
  expect(await shown()).toBe(PermissionsBoundary);
  const { PermissionsBoundaryUsageCount } = (await aws.GetPolicy({ PolicyArn: Policy?.Arn })).Policy ?? {};
  expect(PermissionsBoundaryUsageCount).toBe(1);
  await aws.PutUserPolicy({ UserName, PolicyName: 'own', PolicyDocument: document('*') });
  const { AccessKeyId = '' } = (await aws.CreateAccessKey({ UserName })).AccessKey ?? {};
  const principal = region.state('iam').principalOf(AccessKeyId);
  const call = { region: 'us-east-1', accountId: principal.accountId, requestId: 'r', principal };
  const list = () => region.apiAs('iam', call).ListUsers({});
  await expect(list()).rejects.toMatchObject({ code: 'AccessDenied' });
  await aws.DeleteUserPermissionsBoundary({ UserName });
  expect(await shown()).toBeUndefined();
  expect((await list()).Users).toHaveLength(1);
  await aws.PutUserPermissionsBoundary({ UserName, PermissionsBoundary });
  await expect(list()).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(
    aws.CreateUser({ UserName: 'kari', PermissionsBoundary: `${PermissionsBoundary}2` }),
  ).rejects.toMatchObject({ code: 'NoSuchEntity' });
  expect((await aws.ListUsers({})).Users?.map((one) => one.UserName)).toEqual([UserName]);
});

test('a login profile is made once, and is in the way of the end of its user', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const UserName = 'ola';
  await aws.CreateUser({ UserName });
  const missing = { code: 'NoSuchEntity', message: 'Login Profile for User ola cannot be found.' };
  await expect(aws.GetLoginProfile({ UserName })).rejects.toMatchObject(missing);
  await expect(aws.UpdateLoginProfile({ UserName, Password: 'Abcdefg1' })).rejects.toMatchObject(missing);
  await expect(aws.DeleteLoginProfile({ UserName })).rejects.toMatchObject(missing);
  const weak = { code: 'PasswordPolicyViolation' };
  for (const Password of ['Abcde1!', 'abcdefg1'])
    await expect(aws.CreateLoginProfile({ UserName, Password })).rejects.toMatchObject(weak);
  const made = await aws.CreateLoginProfile({ UserName, Password: 'Abcdefg1', PasswordResetRequired: true });
  expect(made.LoginProfile).toMatchObject({ UserName, PasswordResetRequired: true });
  await expect(aws.CreateLoginProfile({ UserName, Password: 'Abcdefg1' })).rejects.toMatchObject({
    code: 'EntityAlreadyExists',
  });
  await expect(aws.UpdateLoginProfile({ UserName, Password: 'short' })).rejects.toMatchObject(weak);
  expect(await aws.UpdateLoginProfile({ UserName, PasswordResetRequired: false })).toEqual({});
  expect((await aws.GetLoginProfile({ UserName })).LoginProfile).toEqual({
    ...{ UserName, PasswordResetRequired: false, CreateDate: expect.any(Date) },
  });
  await expect(aws.DeleteUser({ UserName })).rejects.toMatchObject({
    code: 'DeleteConflict',
    message: 'Cannot delete entity, must delete login profile first.',
  });
  expect(await aws.DeleteLoginProfile({ UserName })).toEqual({});
  await aws.DeleteUser({ UserName });
});

test('a user has no other credentials than keys and a password', async () => {
  await using region = await newRegion();
  const aws = region.api('iam');
  const UserName = 'ola';
  await aws.CreateUser({ UserName });
  expect((await aws.ListMFADevices({ UserName })).MFADevices).toEqual([]);
  expect((await aws.ListSSHPublicKeys({ UserName })).SSHPublicKeys).toEqual([]);
  expect((await aws.ListSigningCertificates({ UserName })).Certificates).toEqual([]);
  expect((await aws.ListServiceSpecificCredentials({ UserName })).ServiceSpecificCredentials).toEqual([]);
  await expect(aws.ListMFADevices({ UserName: 'none' })).rejects.toMatchObject({ code: 'NoSuchEntity' });
});
