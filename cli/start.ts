import { aborted, interruptible, unlessAborted } from './interrupted';
import { projectFolder } from './project';
import { describeClockwork, describeSample, type Sample, startSample } from './sample';
import type { StoryResult } from './story/result';
import { aloud, clockText, silent } from './story/tell';
import { color } from './view/terminal';

export interface StartOptions {
  readonly json: boolean;
  readonly keep: boolean;
  /** Left out, AWS's time leaps. */
  readonly timeScale?: number;
  readonly seed?: number;
}

/** `npm start`: the main job on the embedded AWS, from nothing to a fleet that runs version 2. */
export function runStart(options: StartOptions): Promise<void> {
  return interruptible((signal) => showStory(options, signal));
}

async function showStory(options: StartOptions, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const teller = options.json ? silent : aloud;
  teller.chapter('Kiln on the embedded AWS');
  const sample = await startSample({
    project: projectFolder,
    port: 0,
    time: timeOf(options),
    // Kiln's own alone as long as nobody else comes: they cost half as much so, and nobody else's are at hand.
    functions: options.keep ? 'threads' : 'process',
    // The story says itself when the night comes.
    schedules: false,
    onStep: (step) => teller.line(step),
    signal,
  });
  const { tellStory } = await import('./story/story');
  const story = tellStory(sample, projectFolder, teller, startedAt);
  try {
    const result = await unlessAborted(signal, story);
    if (options.json) console.log(JSON.stringify(result, undefined, 2));
    else printSummary(result);
    if (!result.ok) process.exitCode = 1;
    if (options.keep) await keepRunning(sample, options.json, signal);
  } finally {
    await sample.aws.stop();
    // Where it was interrupted, it ends now for want of AWS, and cleans up behind itself.
    await Promise.allSettled([story]);
  }
}

/** Time leaps, unless a scale is asked for. */
function timeOf({ timeScale, seed }: StartOptions) {
  if (timeScale === undefined) return { leap: true, seed };
  if (seed !== undefined) throw new Error('--time-scale: with --seed time leaps; leave one of them out');
  return { timeScale };
}

function printSummary(result: StoryResult): void {
  aloud.chapter('Summary');
  for (const build of result.builds) {
    aloud.line(
      `${build.id}  ${build.status}  ${build.imageId}  template version ${build.launchTemplateVersion}\n         ${clockText(build.awsSeconds).trim()} in AWS time, of which ${build.overheadSeconds} s orchestration beyond AWS's own durations; ${build.transitions} transitions, ${build.ec2Calls} EC2 calls`,
    );
  }
  const { traffic } = result;
  const versions = Object.entries(traffic.versions).map(
    ([version, count]) => `${count} with version ${version}`,
  );
  aloud.line(`${traffic.requests} requests served, ${traffic.failed} failed: ${versions.join(', ')}`);
  if (traffic.turned) {
    const { firstOfNew, lastOfOld } = traffic.turned;
    aloud.line(
      `version 2 answered first at ${clockText(firstOfNew).trim()}, version 1 last at ${clockText(lastOfOld).trim()} after the POST`,
    );
  }
  if (result.calls) {
    const { sha256, counted, leftOut, strayedSeconds } = result.calls;
    const strayed = strayedSeconds > 0 ? `; not to be repeated: work took ${strayedSeconds} s too long` : '';
    aloud.line(`${counted} calls come to ${sha256}; ${leftOut} requests of visitors are left out${strayed}`);
  }
  aloud.line(
    `left in the account beside image, template version and record: ${result.leftovers.join(', ') || 'nothing'}`,
  );
  aloud.line(
    result.ok
      ? color.green(`all as it should be, in ${result.realSeconds} s`)
      : color.red(`not as it should be: ${result.problems.join('; ')}`),
  );
}

async function keepRunning(sample: Sample, quiet: boolean, signal: AbortSignal): Promise<void> {
  const say = quiet ? console.error : console.log;
  for (const line of [...(await describeSample(sample)), ...(await describeClockwork(sample.aws))]) say(line);
  say('Ctrl-C stops everything');
  await aborted(signal);
}
