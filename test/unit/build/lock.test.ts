import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { findLockHolder, releaseLock, takeLock } from '../../../src/build/lock';
import { useTable } from '../table';

useTable();
const sfn = mockClient(SFNClient);
beforeEach(() => {
  sfn.reset();
  sfn
    .on(DescribeExecutionCommand)
    .rejects(new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} }));
});
afterEach(() => jest.restoreAllMocks());

const nameBuild = (at: number, pipeline = 'web') =>
  `${pipeline}-01KAS2N4Q7T9V0W1X2Y3Z4A5${String(at).padStart(2, '0')}`;

function later(seconds: number): void {
  const then = Date.now() + seconds * 1000;
  jest.spyOn(Date, 'now').mockReturnValue(then);
}

test('of many builds that want the lock at once, one gets it', async () => {
  const builds = Array.from({ length: 20 }, (_, at) => nameBuild(at));
  const taken = await Promise.all(builds.map((build) => takeLock('web', build, 'request')));
  expect(taken.filter((fence) => fence !== undefined)).toHaveLength(1);
});

test('a build takes over the lock that its request took', async () => {
  await takeLock('web', nameBuild(1), 'request');
  expect(await takeLock('web', nameBuild(1), 'build')).toBe(1);
});

test('a request that died blocks nobody for long', async () => {
  await takeLock('web', nameBuild(1), 'request');
  later(121);
  expect(await takeLock('web', nameBuild(2), 'request')).toBe(2);
});

test('a request whose execution runs keeps the lock, however late its Plan is', async () => {
  await takeLock('web', nameBuild(1), 'request');
  sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
  later(121);
  expect(await takeLock('web', nameBuild(2), 'request')).toBeUndefined();
  expect(await takeLock('web', nameBuild(1), 'build')).toBe(1);
  expect(await findLockHolder('web')).toBe(nameBuild(1));
});

test.each(['FAILED', 'ABORTED', 'TIMED_OUT', 'SUCCEEDED'] as const)(
  'a lock that has run out is taken from an execution that is %s',
  async (status) => {
    await takeLock('web', nameBuild(1), 'build');
    sfn.on(DescribeExecutionCommand).resolves({ status });
    later(98 * 60 * 60);
    expect(await takeLock('web', nameBuild(2), 'request')).toBe(2);
  },
);

test('of many builds that want a lock that has run out, one gets it', async () => {
  await takeLock('web', nameBuild(0), 'request');
  later(121);
  const builds = Array.from({ length: 20 }, (_, at) => nameBuild(at + 1));
  const taken = await Promise.all(builds.map((build) => takeLock('web', build, 'request')));
  expect(taken.filter((fence) => fence !== undefined)).toHaveLength(1);
});

test('a repeated request does not shorten the lock of its running build', async () => {
  await takeLock('web', nameBuild(1), 'build');
  expect(await takeLock('web', nameBuild(1), 'request')).toBe(1);
  later(500);
  expect(await takeLock('web', nameBuild(2), 'request')).toBeUndefined();
});

test('only the build that has the lock gives it back', async () => {
  await takeLock('web', nameBuild(1), 'build');
  await releaseLock('web', nameBuild(2));
  expect(await findLockHolder('web')).toBe(nameBuild(1));
  await releaseLock('web', nameBuild(1));
  expect(await findLockHolder('web')).toBeUndefined();
});

test('pipelines do not share a lock', async () => {
  await takeLock('web', nameBuild(1), 'build');
  expect(await takeLock('api', nameBuild(1, 'api'), 'build')).toBe(1);
});
