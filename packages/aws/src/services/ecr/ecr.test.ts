import { type NewRegion, newRegion } from '../../testing/region';
import { cloudFormationOf } from '../cloudformation/testing';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region[Symbol.asyncDispose]());

const ecr = () => region.api('ecr');
const repositoryName = 'web/site';
const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 5 },
      action: { type: 'expire' },
    },
  ],
});
const policyText = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
});

test('a repository is shown with the settings that it has when nothing is said', async () => {
  const { repository } = await ecr().CreateRepository({ repositoryName });
  expect(repository).toEqual({
    repositoryArn: 'arn:aws:ecr:us-east-1:000000000000:repository/web/site',
    registryId: '000000000000',
    repositoryName,
    repositoryUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/web/site',
    createdAt: expect.any(Date),
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  });
  await ecr().CreateRepository({ repositoryName: 'api' });
  const { repositories = [] } = await ecr().DescribeRepositories({});
  expect(repositories.map((one) => one.repositoryName)).toEqual(['api', repositoryName]);
  expect(await ecr().ListImages({ repositoryName })).toEqual({ imageIds: [] });
  expect(await ecr().DescribeImages({ repositoryName })).toEqual({ imageDetails: [] });
  expect(await ecr().DeleteRepository({ repositoryName })).toEqual({ repository });
  await expect(ecr().DescribeRepositories({ repositoryNames: [repositoryName] })).rejects.toMatchObject({
    code: 'RepositoryNotFoundException',
    message: "The repository with name 'web/site' does not exist in the registry with id '000000000000'",
  });
});

test('a name that is taken, and one that no repository can have, are refused', async () => {
  await ecr().CreateRepository({ repositoryName });
  await expect(ecr().CreateRepository({ repositoryName })).rejects.toMatchObject({
    code: 'RepositoryAlreadyExistsException',
  });
  await expect(ecr().CreateRepository({ repositoryName: 'Bad_Name!' })).rejects.toMatchObject({
    code: 'InvalidParameterException',
    message: expect.stringMatching(
      /^Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '.+''$/,
    ),
  });
});

test('policies are kept as they are given, and refused where they cannot be read', async () => {
  await ecr().CreateRepository({ repositoryName });
  const place = { registryId: '000000000000', repositoryName };
  expect(await ecr().SetRepositoryPolicy({ repositoryName, policyText })).toEqual({ ...place, policyText });
  expect(await ecr().GetRepositoryPolicy({ repositoryName })).toEqual({ ...place, policyText });
  await expect(ecr().SetRepositoryPolicy({ repositoryName, policyText: '{}' })).rejects.toMatchObject({
    message:
      "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
  });
  expect(await ecr().DeleteRepositoryPolicy({ repositoryName })).toEqual({ ...place, policyText });
  await expect(ecr().GetRepositoryPolicy({ repositoryName })).rejects.toMatchObject({
    code: 'RepositoryPolicyNotFoundException',
  });
  const kept = { ...place, lifecyclePolicyText };
  expect(await ecr().PutLifecyclePolicy({ repositoryName, lifecyclePolicyText })).toEqual(kept);
  expect(await ecr().GetLifecyclePolicy({ repositoryName })).toEqual(kept);
  for (const text of [
    'no rules',
    '{"rules": "none"}',
    '{"rules": [{"rulePriority": "first"}]}',
    '{"rules": [null]}'.padEnd(110),
  ])
    await expect(
      ecr().PutLifecyclePolicy({ repositoryName, lifecyclePolicyText: text.padEnd(100) }),
    ).rejects.toMatchObject({ message: expect.stringContaining('Lifecycle policy validation failure') });
  expect(await ecr().DeleteLifecyclePolicy({ repositoryName })).toEqual(kept);
  await expect(ecr().GetLifecyclePolicy({ repositoryName })).rejects.toMatchObject({
    code: 'LifecyclePolicyNotFoundException',
  });
});

test('settings and tags change', async () => {
  const { repository } = await ecr().CreateRepository({ repositoryName, tags: [{ Key: 'a', Value: '1' }] });
  const resourceArn = repository?.repositoryArn ?? '';
  await ecr().TagResource({ resourceArn, tags: [{ Key: 'b', Value: '2' }] });
  await ecr().UntagResource({ resourceArn, tagKeys: ['a'] });
  expect(await ecr().ListTagsForResource({ resourceArn })).toEqual({ tags: [{ Key: 'b', Value: '2' }] });
  expect(
    await ecr().PutImageTagMutability({ repositoryName, imageTagMutability: 'IMMUTABLE' }),
  ).toMatchObject({
    imageTagMutability: 'IMMUTABLE',
  });
  const imageScanningConfiguration = { scanOnPush: true };
  expect(
    await ecr().PutImageScanningConfiguration({ repositoryName, imageScanningConfiguration }),
  ).toMatchObject({ imageScanningConfiguration });
  const { repositories } = await ecr().DescribeRepositories({});
  expect(repositories).toMatchObject([{ imageTagMutability: 'IMMUTABLE', imageScanningConfiguration }]);
  await expect(
    ecr().TagResource({
      resourceArn,
      tags: Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' })),
    }),
  ).rejects.toMatchObject({ code: 'TooManyTagsException' });
});

test('a stack makes a repository, changes it, and deletes it', async () => {
  const cf = cloudFormationOf(region);
  const template = (mutability: string, more = {}) =>
    JSON.stringify({
      Resources: {
        Images: {
          Type: 'AWS::ECR::Repository',
          Properties: {
            ImageTagMutability: mutability,
            RepositoryPolicyText: JSON.parse(policyText),
            ...more,
          },
        },
      },
      Outputs: { Uri: { Value: { 'Fn::GetAtt': ['Images', 'RepositoryUri'] } } },
    });
  await cf.create(
    's',
    template('MUTABLE', { LifecyclePolicy: { LifecyclePolicyText: lifecyclePolicyText } }),
  );
  expect(await cf.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  const name = await cf.physicalId('s', 'Images');
  expect((await cf.outputs('s')).Uri).toBe(`000000000000.dkr.ecr.us-east-1.amazonaws.com/${name}`);
  expect((await ecr().GetLifecyclePolicy({ repositoryName: name })).lifecyclePolicyText).toBe(
    lifecyclePolicyText,
  );
  await cf.update('s', template('IMMUTABLE'));
  expect(await cf.state('s')).toEqual({ status: 'UPDATE_COMPLETE', failures: [] });
  const { repositories } = await ecr().DescribeRepositories({ repositoryNames: [name] });
  expect(repositories).toMatchObject([{ imageTagMutability: 'IMMUTABLE' }]);
  await expect(ecr().GetLifecyclePolicy({ repositoryName: name })).rejects.toMatchObject({
    code: 'LifecyclePolicyNotFoundException',
  });
  await cf.remove('s');
  expect(await ecr().DescribeRepositories({})).toEqual({ repositories: [] });
});
