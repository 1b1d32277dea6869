import { interrupted } from './interrupted';
import { projectFolder } from './project';
import { describeSample, startSample } from './sample';

export interface LocalOptions {
  readonly port: number;
  readonly timeScale: number;
  readonly empty: boolean;
}

/** `kiln local`: runs the embedded AWS until it is interrupted. */
export async function runLocal(options: LocalOptions): Promise<void> {
  if (options.empty) return runEmpty(options);
  const sample = await startSample({
    project: projectFolder,
    ...options,
    onStep: (step) => console.log(`${step} …`),
  });
  for (const line of await describeSample(sample)) console.log(line);
  console.log(ready(options));
  await interrupted();
  await sample.aws.stop();
}

async function runEmpty(options: LocalOptions): Promise<void> {
  const { startEmbeddedAws } = await import('../local/index');
  const aws = await startEmbeddedAws(options);
  console.log(`endpoint  ${aws.endpoint}  (AWS_ENDPOINT_URL; also an HTTP proxy into the embedded network)`);
  console.log(ready(options));
  await interrupted();
  await aws.stop();
}

function ready({ timeScale }: LocalOptions): string {
  return `ready: the embedded AWS runs at ${timeScale} times real speed; Ctrl-C stops it`;
}
