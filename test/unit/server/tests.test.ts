import { getRecord } from '../../../src/build/record';
import { checkTests, runTests } from '../../../src/server/tests/tests';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';
import { readScripts } from './scripts';
import { COMMAND, INSTANCE, makePlan, useServer } from './server';

useTable();
const server = useServer();
afterEach(removeFolders);

const YAML = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n';
const FIRST = '#!/bin/bash\ncurl -f localhost\n';

beforeEach(async () => {
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    ...readScripts(),
    'pipelines/web/pipeline.yml': YAML,
    'pipelines/web/user-data.sh': '#!/bin/bash\n',
    'pipelines/web/tests/20-second.sh': '#!/bin/bash\ntrue\n',
    'pipelines/web/tests/10-first.sh': FIRST,
    'pipelines/web/tests/notes.txt': 'no test',
  });
  await openRecord();
});

const plan = (skipChecks: Record<string, string> = {}) => makePlan({ testWithin: 900, skipChecks });

const tested = {
  instance: { instanceId: INSTANCE, launchedAt: Date.now() - 60_000 },
  health: { askedAt: Date.now() },
};
const input = { build: { id: BUILD, pipeline: 'web' }, stage: 'RunTests', plan: plan(), test: tested };

test('the server of the image is sent the tests in the order of their names, and what it must not share', async () => {
  const skipped = plan({ diskSpace: 'the image is full on purpose' });
  await runTests({ ...input, plan: skipped, identity: { machineId: 'aaa', hostKey: 'bbb' }, token: 'token' });
  const [script = ''] = [...server.objects.values()];
  expect(script).toContain("KILN_MACHINE_ID='aaa'\nKILN_HOST_KEY='bbb'\n");
  expect(script).toContain("KILN_SKIPPED=' diskSpace '");
  const second = Buffer.from('#!/bin/bash\ntrue\n').toString('base64');
  expect(script).toContain(
    `KILN_TESTS='10-first.sh ${Buffer.from(FIRST).toString('base64')}\n20-second.sh ${second}\n'`,
  );
  expect(script).not.toContain('notes.txt');
});

describe('an image', () => {
  const command = { id: COMMAND, status: 'Success', exit: 0, endedAt: Date.now() };
  const check = (more: object = {}) => checkTests({ ...input, command, ...more });
  const failure = async (more: object = {}) => (await check(more).catch((error: Error) => error)) as Error;
  const PASSED = ['10-first.sh 0\n', '20-second.sh 0\n'];

  test('that passes is recorded, with what was not looked at', async () => {
    server.report({ test: PASSED, end: 'done\n' });
    await check({ plan: plan({ diskSpace: 'full on purpose' }) });
    expect((await getRecord(BUILD)).tested).toEqual({
      tests: ['10-first.sh', '20-second.sh'],
      skipped: { diskSpace: 'full on purpose' },
    });
  });

  test('that fails a test is told by its name and its output', async () => {
    server.report({
      test: ['10-first.sh 0\n', '20-second.sh 7\n'],
      output: 'curl: (7) refused\n',
      end: 'done\n',
    });
    const { name, message } = await failure();
    expect(name).toBe('ImageTestFailed');
    expect(message).toBe(
      [
        'The test of the image failed on i-1:',
        'tests/20-second.sh failed with status 7.',
        'The end of its output:',
        '    curl: (7) refused',
      ].join('\n'),
    );
    expect((await getRecord(BUILD)).tested).toBeUndefined();
  });

  test('that wrote lines without an end have a message with one', async () => {
    server.report({ 'check-failedUnits': 'x'.repeat(200_000), end: 'done\n' });
    expect((await failure()).message.length).toBeLessThan(2000);
  });

  test.each([
    ['identity', 'the server is not one of its own', '/etc/machine-id is that of the base instance'],
    ['failedUnits', 'units of systemd have failed', 'shop.service loaded failed failed The shop'],
    ['enabledServices', 'services that are enabled do not run', 'shop.service is enabled and inactive'],
    ['worldWritable', 'anybody may write to files of the system', '/etc/shop.conf'],
    ['cloudInit', 'cloud-init did not come to a good end', 'cloud-init status says 1'],
    ['diskSpace', 'the disk is more than 90 % full', '/dev/xvda1 8G 7.6G'],
  ])('that fails the check %s is told so, and how to leave it out', async (named, meaning, found) => {
    server.report({ [`check-${named}`]: `${found}\n`, test: PASSED, end: 'done\n' });
    const { message } = await failure();
    expect(message).toContain(
      `${meaning} (the check ${named}, which image.skipChecks can leave out):\n    ${found}`,
    );
  });

  test.each([
    ['out of time', { status: 'ExecutionTimedOut', exit: -1 }, 'image.testWithin'],
    ['unfinished', { status: 'Success', exit: 0 }, 'did not come to their end'],
    ['killed', { status: 'Failed', exit: 137 }, 'ended as Failed with status 137'],
  ])('whose tests are %s does not pass', async (_how, more, words) => {
    server.report({ test: '10-first.sh 0\n' });
    const { name, message } = await failure({ command: { ...command, ...more } });
    expect(name).toBe('ImageTestFailed');
    expect(message).toContain(words);
    expect(message).toContain('The last test that passed is 10-first.sh.');
  });
});
