import { aborted, interruptible } from './interrupted';
import { projectFolder } from './project';
import { describeClockwork, describeKeys, describeSample, startSample } from './sample';

export interface LocalOptions {
  readonly port: number;
  readonly timeScale: number;
  readonly empty: boolean;
  /** Whether schedules run by themselves. */
  readonly schedules: boolean;
  /** Whether every access key is the administrator's. */
  readonly anyKeys?: boolean;
}

/** `kiln local`: runs the embedded AWS until it is interrupted. */
export function runLocal(options: LocalOptions): Promise<void> {
  return interruptible(async (signal) => {
    try {
      await (options.empty ? runEmpty(options, signal) : runSample(options, signal));
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== 'EADDRINUSE') throw error;
      throw new Error(
        `port ${options.port} is taken by another program: name one with --port, or 0 to find a free one`,
        { cause: error },
      );
    }
  });
}

async function runSample(options: LocalOptions, signal: AbortSignal): Promise<void> {
  const sample = await startSample({
    project: projectFolder,
    port: options.port,
    time: { timeScale: options.timeScale },
    schedules: options.schedules,
    anyKeys: options.anyKeys,
    onStep: (step) => console.log(`${step} …`),
    signal,
  });
  for (const line of [...(await describeSample(sample)), ...(await describeClockwork(sample.aws))])
    console.log(line);
  console.log(ready(options));
  await aborted(signal);
  await sample.aws.stop();
}

async function runEmpty(options: LocalOptions, signal: AbortSignal): Promise<void> {
  const { startAws } = await import('embedded-aws');
  const aws = await startAws({
    port: options.port,
    timeScale: options.timeScale,
    holdSchedules: !options.schedules,
    anyKeys: options.anyKeys,
  });
  console.log(`endpoint  ${aws.endpoint}  (AWS_ENDPOINT_URL; also an HTTP proxy into the embedded network)`);
  console.log(describeKeys(aws));
  console.log(ready(options));
  await aborted(signal);
  await aws.stop();
}

function ready({ timeScale }: LocalOptions): string {
  return `ready: the embedded AWS runs at ${timeScale} times real speed; Ctrl-C stops it`;
}
