type Callback = (...values: unknown[]) => unknown;
type Release = (done?: Callback) => Callback;

/**
 * What one request may see of dynalite's store. dynalite works by callbacks, and what is thrown in one of them ends a process; here it
 * ends the request, and the locks that the request held are given back.
 */
export class Guard {
  /** The locks that are held, each with how to give it back. */
  private readonly held = new Set<() => void>();

  /** @param onError told of what dynalite threw; more than once, if it throws again */
  constructor(private readonly onError: (error: unknown) => void) {}

  /** The same object, whose members are handed callbacks that cannot throw. */
  wrap<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (_target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return this.wrapResult(member);
        return (...values: unknown[]) => {
          const guarded = values.map((value) => (isCallback(value) ? this.protect(value) : value));
          return this.wrapResult(member.apply(target, guarded));
        };
      },
    });
  }

  /** Runs some of dynalite's code. */
  run(work: () => void): void {
    try {
      work();
    } catch (error) {
      for (const giveBack of this.held) giveBack();
      this.held.clear();
      this.onError(error);
    }
  }

  /** The one callback that is handed a function is that of a lock: with it the lock is given back. */
  private protect(callback: Callback): Callback {
    return (...values) =>
      this.run(() => {
        callback(...values.map((value) => (isCallback(value) ? this.watch(value as Release) : value)));
      });
  }

  private watch(release: Release): Release {
    const giveBack = () => void release()();
    this.held.add(giveBack);
    return (done) => {
      const finish = release(done);
      return (...values) => {
        // After an error it has been given back already.
        if (this.held.delete(giveBack)) return finish(...values);
      };
    };
  }

  private wrapResult(result: unknown): unknown {
    if (typeof result !== 'object' || result === null) return result;
    if (isEmitter(result)) {
      const { emit } = result;
      result.emit = (...values) => {
        let heard: unknown = false;
        this.run(() => {
          heard = emit.apply(result, values);
        });
        return heard;
      };
      return result;
    }
    return this.wrap(result);
  }
}

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

function isEmitter(value: object): value is { emit: Callback } {
  return 'emit' in value && typeof value.emit === 'function';
}
