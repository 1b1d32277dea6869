import type { StoryResult } from '../../cli/story/result';
import { type Ended, runKiln } from './command';

let ended: Ended;
let result: StoryResult;

beforeAll(async () => {
  ended = await runKiln(['start', '--json', '--seed', '1']);
  const { code, output, errors } = ended;
  try {
    result = JSON.parse(output) as StoryResult;
  } catch (error) {
    throw new Error(`no JSON document (exit ${code}):\n${output}\n${errors}`, { cause: error });
  }
}, 300_000);

test('the main job ends well', () => {
  expect(result.problems).toEqual([]);
  expect(result.ok).toBe(true);
  expect(ended.code).toBe(0);
  expect(ended.errors).toBe('');
});

test('two builds of the web pipeline succeed, each with an image and a template version of its own', () => {
  expect(result.builds).toHaveLength(2);
  for (const build of result.builds)
    expect(build).toMatchObject({
      id: expect.stringMatching(/^web-[0-9A-HJKMNP-TV-Z]{26}$/),
      pipeline: 'web',
      status: 'SUCCEEDED',
      imageId: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
    });
  const [night, day] = result.builds;
  expect(day?.id).not.toBe(night?.id);
  expect(day?.imageId).not.toBe(night?.imageId);
  expect([night?.launchTemplateVersion, day?.launchTemplateVersion]).toEqual(['2', '3']);
});

test('orchestration is a small part of the duration of a build, in transitions and EC2 calls too', () => {
  for (const build of result.builds) {
    expect(build.awsSeconds).toBeGreaterThan(120);
    expect(build.overheadSeconds).toBeGreaterThan(0);
    expect(build.overheadSeconds).toBeLessThan(build.awsSeconds);
    expect(build.transitions).toBeGreaterThan(10);
    // Nothing asks AWS again and again, however long it takes.
    expect(build.transitions).toBeLessThan(70);
    expect(build.ec2Calls).toBeGreaterThan(5);
    expect(build.ec2Calls).toBeLessThan(60);
  }
});

test('no visitor is turned away while the fleet goes from version 1 to version 2', () => {
  const { requests, failed, failures, versions } = result.traffic;
  expect(failures).toEqual([]);
  expect(failed).toBe(0);
  expect(requests).toBeGreaterThan(0);
  expect(Object.keys(versions).sort()).toEqual(['1', '2']);
});

test('three servers run version 2', () => {
  expect(Object.values(result.servers)).toEqual(['2', '2', '2']);
});

test('nothing is left in the account and on the disk', () => {
  expect(result.leftovers).toEqual([]);
  expect(ended.files).toEqual([]);
});

/** What the calls of a run come to, and how many they are. */
async function callsWith(seed: string): Promise<NonNullable<StoryResult['calls']>> {
  const { calls } = JSON.parse((await runKiln(['start', '--json', '--seed', seed])).output) as StoryResult;
  if (!calls) throw new Error('a run with a seed has no digest');
  return calls;
}

test('a run with the same seed makes the same calls at the same times, and one with another does not', async () => {
  expect(result.calls).toEqual({
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    counted: expect.any(Number),
    // The visitors' alone.
    leftOut: result.traffic.requests,
    strayedSeconds: 0,
  });
  expect(result.calls?.counted).toBeGreaterThan(1000);
  expect(await callsWith('1')).toEqual(result.calls);
  expect((await callsWith('2')).sha256).not.toBe(result.calls?.sha256);
}, 300_000);
