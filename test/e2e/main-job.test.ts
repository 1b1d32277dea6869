import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoryResult } from '../../cli/story/result';
import { until } from './until';

const root = join(__dirname, '..', '..');

let temporary: string;
let code: number | null;
let errors = '';
let result: StoryResult;
let processGroup: number;

/** The command as a user types it, with a folder for temporary files and a process group of its own. */
async function runStart(): Promise<string> {
  const child = spawn(process.execPath, ['cli/bin.mjs', 'start', '--json'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  processGroup = child.pid ?? 0;
  const stop = () => process.kill(-processGroup, 'SIGKILL');
  process.once('exit', stop);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  process.off('exit', stop);
  return output;
}

/** Whether a process of the group runs. */
function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'kiln-main-job-'));
  const output = await runStart();
  try {
    result = JSON.parse(output) as StoryResult;
  } catch (error) {
    throw new Error(`no JSON document (exit ${code}):\n${output}\n${errors}`, { cause: error });
  }
}, 300_000);
afterAll(() => rm(temporary, { recursive: true, force: true }));

test('the main job ends well', () => {
  expect(result.problems).toEqual([]);
  expect(result.ok).toBe(true);
  expect(code).toBe(0);
  expect(errors).toBe('');
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
    expect(build.transitions).toBeLessThan(60);
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

test('nothing is left in the account, on the disk or among the processes', async () => {
  expect(result.leftovers).toEqual([]);
  // tsx keeps what it has compiled, for the next start.
  const files = (await readdir(temporary)).filter((name) => !name.startsWith('tsx-'));
  expect(files).toEqual([]);
  // The compiler of tsx ends by itself, a moment after the process that it served.
  await until('no process is left', async () => (isAlive(processGroup) ? undefined : true), 10);
});
