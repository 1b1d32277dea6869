import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { planBuild } from '../../../src/build/plan/plan';
import { getRecord, listRecords } from '../../../src/build/record';
import { requestBuild } from '../../../src/build/request';
import { putItem } from '../../../src/table';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BUILD } from '../records';
import { useTable } from '../table';

const sfn = mockClient(SFNClient);
const ssm = mockClient(SSMClient);
const secretsManager = mockClient(SecretsManagerClient);
useTable();
afterEach(removeFolders);

const VERSION = '01234567-89ab-cdef-0123-456789abcdef';
const aws = (name: string) => Object.assign(new Error(name), { name });

beforeEach(() => {
  for (const client of [sfn, ssm, secretsManager]) client.reset();
  sfn.on(StartExecutionCommand).resolves({});
  ssm
    .on(GetParameterCommand)
    .resolves({ Parameter: { Type: 'SecureString', Version: 3, Value: 'AQICAHh-ciphertext' } });
  secretsManager.on(DescribeSecretCommand).resolves({ VersionIdsToStages: { [VERSION]: ['AWSCURRENT'] } });
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    'pipelines/web/pipeline.yml': `base: { image: ami-0123456789abcdef0, instanceType: t3.micro }
parameters: { PASSWORD: { secret: true, default: 'resolve:ssm:/web/db' } }
`,
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
  });
});

const ask = (parameters: Record<string, string> = {}) =>
  requestBuild({ pipeline: 'web', parameters, trigger: { kind: 'http' } });

test('the record holds the reference, with the version that it stood for; no value is asked for', async () => {
  const { resolved } = await ask();
  expect(resolved?.PASSWORD).toEqual({ value: 'resolve:ssm:/web/db:3', from: 'default' });
  const [call] = ssm.commandCalls(GetParameterCommand);
  expect(call?.args[0].input).toEqual({ Name: '/web/db' });
});

test('a secret of Secrets Manager is pinned to its current version, and not read', async () => {
  const { resolved } = await ask({ PASSWORD: 'resolve:secretsmanager:web/db' });
  expect(resolved?.PASSWORD?.value).toBe(`resolve:secretsmanager:web/db:${VERSION}`);
  const called = secretsManager.calls().map((call) => call.args[0].constructor.name);
  expect(called).toEqual(['DescribeSecretCommand']);
});

describe('at the door it is refused', () => {
  afterEach(() => expect(sfn.calls()).toEqual([]));
  const refused = (parameters: Record<string, string>) =>
    expect(ask(parameters)).rejects.toMatchObject({ name: 'InvalidParameter' });

  test('when a value stands in the place of the reference: it is not kept, logged or repeated', async () => {
    const logged: unknown[] = [];
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
      jest.spyOn(console, method).mockImplementation((...args) => void logged.push(args));
    await refused({ PASSWORD: 'hunter2' });
    await expect(ask({ PASSWORD: 'hunter2' })).rejects.not.toThrow(/hunter2/);
    expect(JSON.stringify(logged)).not.toContain('hunter2');
    expect(JSON.stringify(await listRecords('web', 10))).not.toContain('hunter2');
    jest.restoreAllMocks();
  });

  test('when the parameter is no SecureString', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Type: 'String', Version: 1, Value: 'hunter2' } });
    await expect(ask()).rejects.toThrow('the SSM parameter /web/db is a String, which is not encrypted');
  });

  test.each([
    ['ParameterNotFound', 'there is no SSM parameter /web/db'],
    ['AccessDeniedException', 'Kiln may not read the SSM parameter /web/db'],
  ])('when SSM says %s', async (name, words) => {
    ssm.on(GetParameterCommand).rejects(aws(name));
    await expect(ask()).rejects.toThrow(words);
  });

  test.each([
    ['ResourceNotFoundException', 'the secret web/db is not there'],
    ['AccessDeniedException', 'may not be looked at by Kiln'],
  ])('when Secrets Manager says %s', async (name, words) => {
    secretsManager.on(DescribeSecretCommand).rejects(aws(name));
    await expect(ask({ PASSWORD: 'resolve:secretsmanager:web/db' })).rejects.toThrow(words);
  });

  test('when the secret is being deleted, or has no value yet', async () => {
    const PASSWORD = 'resolve:secretsmanager:web/db';
    secretsManager.on(DescribeSecretCommand).resolves({ DeletedDate: new Date() });
    await expect(ask({ PASSWORD })).rejects.toThrow('is being deleted');
    secretsManager.on(DescribeSecretCommand).resolves({});
    await expect(ask({ PASSWORD })).rejects.toThrow('or no value yet');
  });
});

test('of an execution that was started by hand with a value the record keeps none', async () => {
  const request = {
    pipeline: 'web',
    parameters: { PASSWORD: 'hunter2' },
    trigger: { kind: 'manual' as const },
  };
  const planned = planBuild({ build: { id: BUILD }, stage: 'Plan', request });
  await expect(planned).rejects.toMatchObject({ name: 'InvalidParameter' });
  expect(JSON.stringify(await getRecord(BUILD))).not.toContain('hunter2');
});

test('what was deployed in the clear before a parameter became secret is handed on to no record', async () => {
  const old = { PASSWORD: 'hunter2' };
  await putItem({ pk: 'PIPELINE#web', sk: 'RELEASE', parameters: old, resolved: old, build: 'web-0' });
  await expect(ask()).rejects.toThrow('parameter PASSWORD is secret');
  const { resolved } = await ask({ PASSWORD: 'resolve:ssm:/web/db' });
  expect(resolved?.PASSWORD).toEqual({
    value: 'resolve:ssm:/web/db:3',
    from: 'request',
    before: '(not kept)',
  });
});
