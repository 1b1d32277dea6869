import { createHash } from 'node:crypto';
import { EC2Client, GetConsoleOutputCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Aws, type ClientSettings, startAws } from 'embedded-aws';
import { resolveParameters } from '../../src/build/parameters';
import { checkBaseRole } from '../../src/image/base/role';
import { renderUserData } from '../../src/pipeline/user-data';
import { samplePipeline } from '../unit/pipeline/sample';
import { until } from './until';

const PASSWORD = "it's $(hostname) & 100%";
const KEY = 'hunter2';

let aws: Aws;
let settings: ClientSettings;

beforeAll(async () => {
  aws = await startAws({ port: 0, timeScale: 500 });
  settings = aws.client;
  Object.assign(process.env, aws.env);
  const ssm = new SSMClient(settings);
  await ssm.send(new PutParameterCommand({ Name: '/web/db', Type: 'SecureString', Value: PASSWORD }));
  await ssm.send(new PutParameterCommand({ Name: '/web/plain', Type: 'String', Value: PASSWORD }));
  const secrets = new SecretsManagerClient(settings);
  await secrets.send(new CreateSecretCommand({ Name: 'web/key', SecretString: KEY }));
  process.env.KILN_BASE_ROLE = await makeProfile('base');
});
afterAll(() => aws.stop());

/** @returns the ARN of its role */
async function makeProfile(name: string): Promise<string> {
  const iam = new IAMClient(settings);
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const may = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['ssm:GetParameter', 'secretsmanager:GetSecretValue'],
        Resource: ['arn:aws:ssm:*:*:parameter/web/*', 'arn:aws:secretsmanager:*:*:secret:web/*'],
      },
    ],
  };
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'read-secrets',
      PolicyDocument: JSON.stringify(may),
    }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
  return Role?.Arn ?? '';
}

/** Says on the console what is known of the values, and not the values. */
const SCRIPT = `#!/bin/bash -x
set -euo pipefail
{ printf %s "$PASSWORD" | sha256sum; printf %s "$KEY" | wc -c; } > /tmp/known
cat /tmp/known
echo "the script has ended"
`;

const pipelineOf = (reference: string) =>
  samplePipeline(
    {
      parameters: {
        PASSWORD: { secret: true, default: reference },
        KEY: { secret: true, default: 'resolve:secretsmanager:web/key' },
      },
    },
    SCRIPT,
  );

/** What the machine has written when a text is there. */
async function bootWith(userData: Buffer, text: string): Promise<string> {
  const ec2 = new EC2Client(settings);
  const { Parameter } = await new SSMClient(settings).send(
    new GetParameterCommand({
      Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    }),
  );
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: Parameter?.Value, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
      IamInstanceProfile: { Name: 'base' },
      UserData: userData.toString('base64'),
    }),
  );
  const InstanceId = Instances?.[0]?.InstanceId;
  return until(`the console says ${text}`, async () => {
    const { Output = '' } = await ec2.send(new GetConsoleOutputCommand({ InstanceId, Latest: true }));
    const output = Buffer.from(Output, 'base64').toString();
    return output.includes(text) ? output : undefined;
  });
}

test('an instance reads its secrets by itself, and nobody else sees them', async () => {
  const pipeline = pipelineOf('resolve:ssm:/web/db');
  const values = await resolveParameters(pipeline, {});
  const userData = renderUserData(SCRIPT, values, 'web', ['PASSWORD', 'KEY']);
  for (const secret of [PASSWORD, KEY]) {
    expect(JSON.stringify(values)).not.toContain(secret);
    expect(userData.toString()).not.toContain(secret);
  }
  const console = await bootWith(userData, 'the script has ended');
  expect(console).toContain(createHash('sha256').update(PASSWORD).digest('hex'));
  expect(console).toMatch(/: 7\s*$/m);
});

test('a secret that is gone when the instance boots ends its script, in words', async () => {
  const values = await resolveParameters(pipelineOf('resolve:ssm:/web/db'), {});
  const userData = renderUserData(SCRIPT, { ...values, PASSWORD: 'resolve:ssm:/web/gone' }, 'web', [
    ...['PASSWORD', 'KEY'],
  ]);
  const console = await bootWith(userData, 'could not be read');
  expect(console).toContain('The secret PASSWORD (resolve:ssm:/web/gone) could not be read.');
  expect(console).toContain('ParameterNotFound');
  expect(console).not.toContain('the script has ended');
});

test.each([
  ['resolve:ssm:/web/plain', 'is a String, which is not encrypted'],
  ['resolve:ssm:/web/none', 'there is no SSM parameter /web/none'],
  ['resolve:secretsmanager:web/none', 'the secret web/none is not there'],
])('%s is refused before anything is made', async (reference, words) => {
  await expect(resolveParameters(pipelineOf(reference), {})).rejects.toThrow(words);
});

test('a plan asks AWS whether the role of base instances may read what parameters name', async () => {
  const pipeline = pipelineOf('resolve:ssm:/web/db');
  const may = { PASSWORD: 'resolve:ssm:/web/db:1', KEY: 'resolve:secretsmanager:web/key' };
  await expect(checkBaseRole(pipeline, may)).resolves.toBeUndefined();
  const refused = checkBaseRole(pipeline, {
    PASSWORD: 'resolve:ssm:/shop/db:1',
    KEY: 'resolve:secretsmanager:shop/key',
    SITE: 's3://my-bucket/shop.tar.gz',
  });
  await expect(refused).rejects.toMatchObject({ name: 'InvalidParameter' });
  const said = await refused.catch(({ message }: Error) => message.split('\n'));
  expect(said).toEqual([
    expect.stringContaining(
      'lacks ssm:GetParameter on arn:aws:ssm:us-east-1:000000000000:parameter/shop/db.',
    ),
    expect.stringContaining('lacks secretsmanager:GetSecretValue on'),
    expect.stringContaining('lacks s3:GetObject on arn:aws:s3:::my-bucket/shop.tar.gz.'),
  ]);
});
