import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionVersion } from '../functions';
import { runtimeFile } from '../runtime-file';
import type { CompileJob } from '../sandboxes/protocol';

/** Real milliseconds without work after which the compiling thread ends. */
const IDLE_MILLIS = 2_000;

/** Compiles the bundles of new functions in the background, so that their first cold start finds V8's code cache. */
export class CodeCache {
  private readonly queue: CompileJob[] = [];
  private readonly seen = new Set<string>();
  private worker?: Worker;
  private idleTimer?: NodeJS.Timeout;
  private isBusy = false;

  /** Queues the version's handler file, unless it has been before. */
  prepare(version: FunctionVersion): void {
    const job = jobOf(version);
    if (!job || this.seen.has(job.cacheFile)) return;
    this.seen.add(job.cacheFile);
    this.queue.push(job);
    this.compileNext();
  }

  dispose(): Promise<unknown> {
    this.queue.length = 0;
    return this.endWorker();
  }

  private compileNext(): void {
    if (this.isBusy) return;
    clearTimeout(this.idleTimer);
    const job = this.queue.shift();
    if (!job) {
      this.idleTimer = setTimeout(() => void this.endWorker(), IDLE_MILLIS).unref();
      return;
    }
    this.isBusy = true;
    this.worker ??= this.startWorker();
    this.worker.postMessage(job);
  }

  private startWorker(): Worker {
    const worker = new Worker(runtimeFile('compile.cjs'), { execArgv: [], env: {} });
    worker.unref();
    worker.on('message', () => {
      this.isBusy = false;
      this.compileNext();
    });
    // Without its compiler the cache stays empty, and cold starts compile for themselves.
    worker.on('error', () => {
      this.worker = undefined;
      this.isBusy = false;
    });
    return worker;
  }

  private async endWorker(): Promise<void> {
    clearTimeout(this.idleTimer);
    const worker = this.worker;
    this.worker = undefined;
    this.isBusy = false;
    await worker?.terminate();
  }
}

/** Where the code cache of a version's handler file lies, whether it is there yet or not. */
export function cacheFileOf(folder: string, file: string): string {
  return `${folder}.${file.replace(/[^\w.-]/g, '-')}.cache`;
}

function jobOf({ code, configuration }: FunctionVersion): CompileJob | undefined {
  const stem = (configuration.Handler ?? '').replace(/\.[^./]+$/, '');
  const name = ['.js', '.cjs']
    .map((extension) => stem + extension)
    .find((one) => existsSync(join(code.folder, one)));
  return name === undefined
    ? undefined
    : { file: join(code.folder, name), cacheFile: cacheFileOf(code.folder, name) };
}
