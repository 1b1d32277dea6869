import { fork } from 'node:child_process';
import { join } from 'node:path';

/** An embedded AWS in a process of its own, as a user would start it. */
export interface Embedded {
  readonly endpoint: string;
  /** For any SDK client: endpoint, region and credentials. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Makes the account newborn again. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts `kiln local --empty --port 0` and waits until it is ready. It ends with this process, whatever happens.
 *
 * @param options `timeScale`: AWS seconds in a real second (default 600)
 */
export function startEmbedded(options: { timeScale?: number } = {}): Promise<Embedded> {
  const root = join(__dirname, '..', '..', '..', '..');
  const child = fork(
    join(root, 'cli', 'bin.mjs'),
    ['local', '--empty', '--port', '0', '--time-scale', String(options.timeScale ?? 600)],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] },
  );
  let output = '';
  return new Promise((resolve, reject) => {
    const exited = new Promise<void>((done) => child.once('exit', () => done()));
    child.once('exit', (code) => reject(new Error(`the embedded AWS ended with ${code}:\n${output}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk;
      process.stderr.write(chunk);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      const endpoint = /^endpoint\s+(\S+)/m.exec(output)?.[1];
      if (!endpoint || !/^ready/m.test(output)) return;
      resolve({
        endpoint,
        client: {
          endpoint,
          region: 'us-east-1',
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        },
        reset: async () => {
          const answer = await fetch(`${endpoint}/_local/reset`, { method: 'POST' });
          if (!answer.ok) throw new Error(`reset: ${answer.status} ${await answer.text()}`);
        },
        stop: async () => {
          child.kill('SIGTERM');
          await exited;
        },
      });
    });
  });
}
