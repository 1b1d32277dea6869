import { startEmbeddedAws } from '../local/index';

export interface LocalOptions {
  readonly port: number;
  readonly timeScale: number;
  readonly empty: boolean;
}

/** `kiln local`: runs the embedded AWS until it is interrupted. */
export async function runLocal(options: LocalOptions): Promise<void> {
  const aws = await startEmbeddedAws(options);
  console.log(`endpoint  ${aws.endpoint}  (AWS_ENDPOINT_URL; also an HTTP proxy into the embedded network)`);
  console.log(`ready: the embedded AWS runs at ${options.timeScale} times real speed; Ctrl-C stops it`);
  await interrupted();
  await aws.stop();
}

/** Resolves at Ctrl-C, at a request to terminate, or when the parent that started this process by a pipe is gone. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
