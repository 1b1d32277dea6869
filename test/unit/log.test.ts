import { DescribeInstancesCommand, EC2Client, GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type * as z from 'zod';
import getCall from '../../events/http-get-build.json';
import { handler } from '../../functions/get-log';
import { Log } from '../../src/api/log';
import { moveStatus, updateRecord } from '../../src/build/record';
import { launchToken } from '../../src/image/instances';
import { BASE_INSTANCE, BUILD, openRecord } from './records';
import { useTable } from './table';

const ec2 = mockClient(EC2Client);
useTable();

/** What is on the console of each instance. */
let consoles: Record<string, string[]>;
let servers: object[];
beforeEach(async () => {
  ec2.reset();
  servers = [{ ...BASE_INSTANCE, State: { Name: 'running' } }];
  consoles = { 'i-1': [] };
  ec2.on(DescribeInstancesCommand).callsFake(() => ({ Reservations: [{ Instances: servers }] }));
  ec2.on(GetConsoleOutputCommand).callsFake(({ InstanceId }) => ({
    Output: Buffer.from((consoles[InstanceId] ?? []).join('\r\n')).toString('base64'),
  }));
  await openRecord();
});

async function read(queryStringParameters?: Record<string, string | undefined>, id = BUILD) {
  const call = { ...getCall, pathParameters: { id }, queryStringParameters };
  const { statusCode, body } = (await handler(call, {
    functionName: 'test',
  } as Context)) as APIGatewayProxyStructuredResultV2;
  const answer = JSON.parse(body ?? '');
  if (statusCode === 200) Log.parse(answer);
  return { status: statusCode, ...answer } as { status: number; error?: string } & z.infer<typeof Log>;
}

const BOOT = ['[    0.000000] Linux version 6.1', '[  OK  ] Reached target network'];
const FINAL = "[   14.1] cloud-init[22]: Cloud-init v. 22.2 running 'modules:final' at Mon";
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `[   15.${at}] cloud-init[22]: line ${from + at}`);
const told = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at}`).join('\n');

test('what the script has written until now is told, without the boot', async () => {
  consoles['i-1'] = [...BOOT, FINAL, ...lines(0, 3)];
  expect(await read()).toEqual({
    status: 200,
    build: BUILD,
    at: expect.any(String),
    instanceId: 'i-1',
    purpose: 'base',
    text: told(0, 3),
    isLive: true,
    next: expect.stringMatching(/^i-1\.0\.3\./),
  });
  expect(ec2.commandCalls(GetConsoleOutputCommand)[0]?.args[0].input).toEqual({
    InstanceId: 'i-1',
    Latest: true,
  });
  expect((await read({ whole: 'true' })).text).toBe(consoles['i-1'].join('\n'));
});

test('each further read tells what is new, and none of it twice', async () => {
  consoles['i-1'] = [FINAL, ...lines(0, 30)];
  const first = await read();
  expect(await read({ after: first.next })).toMatchObject({ text: '', isLive: true });
  consoles['i-1'] = [FINAL, ...lines(0, 33)];
  const second = await read({ after: first.next });
  expect(second.text).toBe(told(30, 33));
  expect(second).not.toHaveProperty('gaps');
  expect((await read({ after: second.next })).text).toBe('');
});

test('lines that are all the same are each told', async () => {
  const dots = (count: number) => Array.from({ length: count }, () => '[   15.1] cloud-init[22]: .');
  consoles['i-1'] = [FINAL, ...dots(40)];
  const { next } = await read();
  consoles['i-1'] = [FINAL, ...dots(43)];
  expect((await read({ after: next })).text).toBe('.\n.\n.');
});

test('a line that was half written is told whole', async () => {
  consoles['i-1'] = [FINAL, ...lines(0, 2), '[   15.1] cloud-init[22]: fetching 1'];
  const { next } = await read();
  consoles['i-1'] = [FINAL, ...lines(0, 2), '[   15.1] cloud-init[22]: fetching 100 %', ...lines(2, 3)];
  const { text, gaps } = await read({ after: next });
  expect([text, gaps]).toEqual(['fetching 100 %\nline 2', undefined]);
});

test('where the console has pushed out lines the place is found again', async () => {
  consoles['i-1'] = [FINAL, ...lines(0, 50)];
  const { next } = await read();
  consoles['i-1'] = lines(25, 60);
  const { text, gaps } = await read({ after: next });
  expect([text, gaps]).toEqual([told(50, 60), undefined]);
});

test('where it has pushed out what was read before, the gap is marked', async () => {
  consoles['i-1'] = [FINAL, ...lines(0, 50)];
  const { next } = await read();
  consoles['i-1'] = lines(70, 90);
  const answer = await read({ after: next });
  expect(answer.text).toBe(told(70, 90));
  expect(answer.gaps).toEqual([expect.stringContaining('something may be missing')]);
});

test('of the server that tests the image the whole console is told, and that it is another', async () => {
  consoles['i-1'] = [FINAL, ...lines(0, 3)];
  const { next } = await read();
  servers.push({
    ...BASE_INSTANCE,
    InstanceId: 'i-2',
    ClientToken: launchToken(BUILD, 'test', 'subnet-1'),
    LaunchTime: new Date(),
    State: { Name: 'running' },
    Tags: [
      { Key: 'kiln:build', Value: BUILD },
      { Key: 'kiln:purpose', Value: 'test' },
    ],
  });
  consoles['i-2'] = BOOT;
  expect(await read({ after: next })).toMatchObject({
    instanceId: 'i-2',
    purpose: 'test',
    text: BOOT.join('\n'),
    gaps: ['what follows is of another server, i-2'],
  });
});

test('a server whose tags were copied is not read', async () => {
  servers = [{ ...BASE_INSTANCE, ClientToken: 'of-a-group' }];
  expect(await read()).toMatchObject({ text: '', isLive: false });
  expect(ec2.commandCalls(GetConsoleOutputCommand)).toEqual([]);
});

test('on an older type what EC2 has kept is told, and that it is old', async () => {
  ec2.on(GetConsoleOutputCommand).callsFake(({ Latest }) => {
    if (Latest) throw Object.assign(new Error('no'), { name: 'UnsupportedOperation' });
    return { Output: Buffer.from([...BOOT, FINAL, ...lines(0, 2)].join('\n')).toString('base64') };
  });
  expect(await read()).toMatchObject({ text: told(0, 2), why: expect.stringContaining('not on Nitro') });
});

describe('that there is nothing is said, and why:', () => {
  const why = async () => (await read()).why;

  test('an empty console', async () => {
    expect(await why()).toBe('The server has no console output yet.');
  });

  test('a script that has not begun, or writes elsewhere', async () => {
    consoles['i-1'] = BOOT;
    expect(await read()).toMatchObject({ text: '', why: expect.stringContaining('?whole=true') });
  });

  test.each([
    ['before the launch', { 'stages.Plan': { startedAt: '1' } }, 'has no server yet'],
    [
      'after the image',
      { 'stages.LaunchInstance': { startedAt: '2', outcome: 'succeeded' } },
      'no server now',
    ],
    ['of an earlier image', { reused: { build: BUILD, imageId: 'ami-1' } }, 'image of an earlier build'],
  ])('%s', async (_when, fields, words) => {
    servers = [];
    await updateRecord(BUILD, fields);
    expect(await why()).toContain(words);
  });

  test('after a failure what that has kept is told', async () => {
    servers = [];
    const error = { name: 'UserDataFailed', message: 'The script failed.\n    no such file' };
    await moveStatus(BUILD, ['RUNNING'], 'FAILED', { error });
    expect(await read()).toMatchObject({
      text: error.message,
      isLive: false,
      why: expect.stringContaining('what its failure has kept'),
    });
  });

  test('after a success nothing is kept', async () => {
    servers = [];
    await moveStatus(BUILD, ['RUNNING'], 'SUCCEEDED');
    expect(await read()).toMatchObject({
      text: '',
      why: expect.stringContaining('only what a failure tells'),
    });
  });
});

test.each([
  [{ after: 'x' }, 400, 'InvalidRequest'],
  [{ whole: 'yes' }, 400, 'InvalidRequest'],
  [{ tail: '5' }, 400, 'InvalidRequest'],
])('what no answer gave is refused: %j', async (query, status, error) => {
  expect(await read(query)).toMatchObject({ status, error });
});

test('a build that is not there is said', async () => {
  expect(await read({}, 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B9')).toMatchObject({
    status: 404,
    error: 'UnknownBuild',
  });
});
