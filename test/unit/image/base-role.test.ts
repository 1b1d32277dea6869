import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { checkBaseRole } from '../../../src/image/base/role';
import { PipelineDefinition } from '../../../src/pipeline/definition/definition';

const iam = mockClient(IAMClient);
const ROLE = 'arn:aws:iam::000000000000:role/base';
process.env.AWS_REGION = 'us-east-1';
process.env.KILN_BASE_ROLE = ROLE;

const pipeline = {
  name: 'web',
  definition: PipelineDefinition.parse({
    base: { image: 'ami-01234567', instanceType: 't3.micro' },
    parameters: { SITE: {}, PASSWORD: { secret: true }, KEY: { secret: true }, GREETING: {} },
  }),
  userDataScript: '#!/bin/bash\n',
};

/** What the role may do: these resources, whatever is done to them. */
function allow(...allowed: string[]): void {
  iam.reset();
  iam.on(SimulatePrincipalPolicyCommand).callsFake(({ ActionNames, ResourceArns }) => ({
    EvaluationResults: (ResourceArns as string[]).map((EvalResourceName) => ({
      EvalActionName: ActionNames[0],
      EvalResourceName,
      EvalDecision: allowed.includes(EvalResourceName) ? 'allowed' : 'implicitDeny',
    })),
  }));
}
const asked = () =>
  iam
    .commandCalls(SimulatePrincipalPolicyCommand)
    .map(({ args: [{ input }] }) => [input.PolicySourceArn, input.ActionNames, input.ResourceArns]);

test('values that are no addresses of objects and no secrets are not asked about', async () => {
  allow();
  await checkBaseRole(pipeline, { GREETING: 'hello', SITE: 'https://example.org/site.tar.gz' });
  await checkBaseRole(pipeline, { GREETING: 's3://my-bucket/', SITE: 's3://my-bucket/releases/' });
  await checkBaseRole(pipeline, { GREETING: 's3://My Bucket/a', SITE: `s3://my-bucket/${'é'.repeat(513)}` });
  expect(asked()).toEqual([]);
});

test('what base instances may read is asked once for each kind', async () => {
  const object = 'arn:aws:s3:::my-bucket/a/site.tar.gz';
  const parameter = 'arn:aws:ssm:us-east-1:000000000000:parameter/web/db';
  const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:web/key-000000';
  allow(object, parameter, secret);
  await checkBaseRole(pipeline, {
    SITE: 's3://my-bucket/a/site.tar.gz',
    GREETING: 's3://my-bucket/a/site.tar.gz',
    PASSWORD: 'resolve:ssm:/web/db:3',
    KEY: 'resolve:secretsmanager:web/key',
  });
  expect(asked()).toEqual([
    [ROLE, ['s3:GetObject'], [object]],
    [ROLE, ['ssm:GetParameter'], [parameter]],
    [ROLE, ['secretsmanager:GetSecretValue'], [secret]],
  ]);
});

test('all that they may not read is told at once, with the permission that lacks and what to do', async () => {
  allow();
  const refused = checkBaseRole(pipeline, {
    SITE: 's3://my-bucket/site.tar.gz',
    PASSWORD: 'resolve:ssm:/web/db',
  });
  await expect(refused).rejects.toMatchObject({ name: 'InvalidParameter' });
  expect(await refused.catch(({ message }: Error) => message.split('\n'))).toEqual([
    'parameter SITE: base instances may not read s3://my-bucket/site.tar.gz: their role lacks s3:GetObject on arn:aws:s3:::my-bucket/site.tar.gz. Deploy the service with a pipeline that names the bucket under base.buckets, or with --param="buckets=…": also where the bucket\'s own policy lets the role read, which AWS does not simulate for roles.',
    'parameter PASSWORD: base instances may not read resolve:ssm:/web/db: their role lacks ssm:GetParameter on arn:aws:ssm:us-east-1:000000000000:parameter/web/db. Deploy the service with a pipeline that names it as a default, or with --param="names=…".',
  ]);
});
