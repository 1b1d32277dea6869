import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionVersion } from '../functions';
import { runtimeFile } from '../runtime-file';
import type { CompileJob } from '../sandboxes/protocol';

/** Real milliseconds without work after which the compiling thread ends. */
const IDLE_MILLIS = 2_000;
/** Bundles whose code cache is kept for the next embedded AWS of this process; the oldest goes first. Each has some megabytes. */
const MOST_KEPT = 8;

/** V8's code caches by the digest of the archive and the name of the file: what was compiled once need not be compiled again. */
const KEPT = new Map<string, Buffer>();

/** Compiles the bundles of new functions in the background, so that their first cold start finds V8's code cache. */
export class CodeCache {
  private readonly queue: CompileJob[] = [];
  /** What each cache file is kept under. */
  private readonly seen = new Map<string, string>();
  private worker?: Worker;
  private idleTimer?: NodeJS.Timeout;
  private isBusy = false;

  /** @param isUsed whether functions run in threads: what runs in this process is compiled there, once */
  constructor(private readonly isUsed: boolean) {}

  /** Queues the version's handler file, unless it has been before. */
  prepare(version: FunctionVersion): void {
    if (!this.isUsed) return;
    const job = jobOf(version);
    if (!job || this.seen.has(job.cacheFile)) return;
    const key = `${version.code.sha256} ${job.file.slice(version.code.folder.length)}`;
    this.seen.set(job.cacheFile, key);
    const kept = KEPT.get(key);
    if (kept) {
      putCache(job.cacheFile, kept);
      return;
    }
    this.queue.push(job);
    this.compileNext();
  }

  async dispose(): Promise<void> {
    this.queue.length = 0;
    await this.endWorker();
    for (const [cacheFile, key] of this.seen) if (existsSync(cacheFile)) keep(key, readFileSync(cacheFile));
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

function keep(key: string, cache: Buffer): void {
  KEPT.delete(key);
  KEPT.set(key, cache);
  const [oldest] = KEPT.keys();
  if (KEPT.size > MOST_KEPT && oldest !== undefined) KEPT.delete(oldest);
}

/** Whole or not at all: a sandbox may read it at any moment. */
function putCache(cacheFile: string, cache: Buffer): void {
  writeFileSync(`${cacheFile}.part`, cache);
  renameSync(`${cacheFile}.part`, cacheFile);
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
