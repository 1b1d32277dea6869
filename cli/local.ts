import { aborted, interruptible } from './interrupted';
import { projectFolder } from './project';
import { describeSample, startSample } from './sample';

export interface LocalOptions {
  readonly port: number;
  readonly timeScale: number;
  readonly empty: boolean;
}

/** `kiln local`: runs the embedded AWS until it is interrupted. */
export function runLocal(options: LocalOptions): Promise<void> {
  return interruptible((signal) => (options.empty ? runEmpty(options, signal) : runSample(options, signal)));
}

async function runSample(options: LocalOptions, signal: AbortSignal): Promise<void> {
  const sample = await startSample({
    project: projectFolder,
    ...options,
    onStep: (step) => console.log(`${step} …`),
    signal,
  });
  for (const line of await describeSample(sample)) console.log(line);
  console.log(ready(options));
  await aborted(signal);
  await sample.aws.stop();
}

async function runEmpty(options: LocalOptions, signal: AbortSignal): Promise<void> {
  const { startEmbeddedAws } = await import('../local/index');
  const aws = await startEmbeddedAws(options);
  console.log(`endpoint  ${aws.endpoint}  (AWS_ENDPOINT_URL; also an HTTP proxy into the embedded network)`);
  console.log(ready(options));
  await aborted(signal);
  await aws.stop();
}

function ready({ timeScale }: LocalOptions): string {
  return `ready: the embedded AWS runs at ${timeScale} times real speed; Ctrl-C stops it`;
}
