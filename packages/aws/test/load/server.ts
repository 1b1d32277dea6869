import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Looks into the process of the embedded AWS: it collects its garbage and says what is left. */
const PROBE = `
  process.on('message', async ({ snapshot }) => {
    globalThis.gc();
    if (snapshot) (await import('node:v8')).writeHeapSnapshot(snapshot);
    const resources = {};
    for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
    process.send({ memory: process.memoryUsage(), cpu: process.cpuUsage(), resources });
  });
  process.channel?.unref();
`;

/** What a look into the process found, after its garbage was collected. */
export interface Look {
  readonly memory: NodeJS.MemoryUsage;
  readonly cpu: NodeJS.CpuUsage;
  /** How many of each kind keep the process busy: `TCPSocketWrap`, `Timeout`. */
  readonly resources: Readonly<Record<string, number>>;
}

/** An embedded AWS in a process of its own, started as people start it. */
export interface Server {
  readonly endpoint: string;
  /** @param snapshot a file for a snapshot of the heap */
  look(snapshot?: string): Promise<Look>;
  /** What it complained of on its standard error so far. */
  complaints(): string;
  /** Ends it as Ctrl-C does. @throws Error where it does not end */
  stop(): Promise<void>;
}

/** @param options of the command, `['--leap']` */
export async function startServer(options: readonly string[]): Promise<Server> {
  const child = fork(
    fileURLToPath(new URL('../../dist/bin.js', import.meta.url)),
    ['--port', '0', ...options],
    {
      execArgv: ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(PROBE)}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk;
  });
  const endpoint = await readEndpoint(child);
  return {
    endpoint,
    async look(snapshot) {
      child.send({ snapshot });
      const [look] = (await once(child, 'message')) as [Look];
      return look;
    },
    complaints: () => complaints,
    async stop() {
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
      child.kill('SIGINT');
      await ended.catch(() => {
        child.kill('SIGKILL');
        throw new Error('the embedded AWS did not end within 20 seconds of SIGINT');
      });
    },
  };
}

function readEndpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      const [, endpoint] = /^endpoint\s+(\S+)/m.exec(printed) ?? [];
      if (endpoint && /^ready/m.test(printed)) resolve(endpoint);
    });
    child.once('exit', (code) => reject(new Error(`the embedded AWS ended with ${code}: ${printed}`)));
  });
}
