// Not the globals: a test may have put others in their place.
import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers';

/** Work that this thread's event loop does not show: of another thread. */
export interface Work {
  /** Whether it is done at this moment, and not waiting for an answer of this thread. */
  isBusy(): boolean;
}

/** Turns of the event loop in which nothing must happen: an answer on the loopback address takes one. */
const QUIET_TURNS = 4;
/** Looks in vain after which it is looked less often: a client that reads slowly may keep bytes under way for long. */
const EAGER_LOOKS = 100;

/** What Node.js calls work of its thread pool and of the kernel. */
const UNDER_WAY = /^(FSReq|CloseReq|GetAddrInfo|GetNameInfo|ConnectWrap|(Simple)?(Write|Shutdown)Wrap)/;

/** Finds out whether anything goes on in this process: in its event loop, in Node's thread pool, in the works that it is told of. */
export class Stillness {
  private readonly works = new Set<Work>();
  private wake: (() => void) | undefined;
  private hasEnded = false;

  /** Takes note of a work. Returns how to end it. */
  begin(work: Work): () => void {
    this.works.add(work);
    return () => {
      this.works.delete(work);
      this.notice();
    };
  }

  /** Something has changed: who waits for it looks again. */
  notice(): void {
    this.wake?.();
    this.wake = undefined;
  }

  /** Resolves at the next change that somebody takes note of. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.wake;
      this.wake = () => {
        before?.();
        resolve();
      };
    });
  }

  /** Nobody waits for stillness any more. */
  end(): void {
    this.hasEnded = true;
    this.notice();
  }

  /** Resolves when nothing goes on, and at the end. */
  async reached(): Promise<void> {
    let events = eventsOfLoop();
    let quiet = 0;
    let inVain = 0;
    while (quiet < QUIET_TURNS && !this.hasEnded) {
      if (this.isBusy()) {
        await this.change();
        quiet = 0;
      }
      await turn();
      const seen = eventsOfLoop();
      quiet = seen === events ? quiet + 1 : 0;
      events = seen;
      if (quiet < QUIET_TURNS) continue;
      const isOccupied = this.isBusy();
      if (!isOccupied && !isUnderWay()) continue;
      quiet = 0;
      inVain += isOccupied ? 0 : 1;
      if (inVain > EAGER_LOOKS) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  private isBusy(): boolean {
    for (const work of this.works) if (work.isBusy()) return true;
    return false;
  }
}

/** Turns that are waited for in this process, which are no work. */
let turns = 0;

async function turn(): Promise<void> {
  turns += 1;
  await new Promise((resolve) => setImmediate(resolve));
  turns -= 1;
}

/** How many events the loop has handled so far. */
function eventsOfLoop(): number {
  return performance.nodeTiming.uvMetricsInfo.events;
}

/** Modules that are being loaded: a loader of its own thread may do that, which nothing shows. */
let loads = 0;

/** Waits for a module: no clock of this process leaps meanwhile. */
export async function whileLoading<Module>(module: Promise<Module>): Promise<Module> {
  loads += 1;
  try {
    return await module;
  } finally {
    loads -= 1;
  }
}

function isUnderWay(): boolean {
  if (loads > 0) return true;
  let immediates = 0;
  for (const name of process.getActiveResourcesInfo()) {
    if (name === 'Immediate') immediates += 1;
    else if (UNDER_WAY.test(name)) return true;
  }
  return immediates > turns;
}
