import { createHash } from 'node:crypto';

/** A call with all that makes two runs the same or not. */
export interface WholeCall {
  readonly status: number;
  readonly errorCode?: string;
  /** AWS time. */
  readonly time: string;
  readonly region: string;
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  /** What the operation gave, or the error that refused it. */
  readonly answer: unknown;
}

/** What the calls of a run come to. */
export interface RunDigest {
  /** Calls that are in the digest: all that were made. */
  readonly calls: number;
  /** SHA-256 over caller, operation, input, answer and time of each, in their order; hexadecimal. */
  readonly sha256: string;
}

/** The digest of all calls so far, for runs that are to be repeated. */
export class CallDigest {
  private readonly hash = createHash('sha256');
  private calls = 0;

  /** @param endpoint the front door's address: its port is another in each run, and does not count */
  constructor(private readonly endpoint: string) {}

  add(call: WholeCall): void {
    const text = JSON.stringify(asJson(call)).replaceAll(this.endpoint, 'http://endpoint');
    this.calls += 1;
    this.hash.update(`${text}\n`);
  }

  /** What they come to; more may follow. */
  read(): RunDigest {
    return { calls: this.calls, sha256: this.hash.copy().digest('hex') };
  }
}

/**
 * Bytes by their digest; what JSON cannot say, in words. Not by a replacer of `JSON.stringify`: before it is asked, a buffer has put itself into
 * a list of all its bytes.
 */
function asJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return `bytes ${createHash('sha256').update(value).digest('hex')}`;
  if (Array.isArray(value)) return value.map(asJson);
  if ('toJSON' in value) return value;
  const told: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) told[key] = asJson(one);
  return told;
}
