/** One stretch of AWS's own time: a boot, an image being made, a refresh. */
export interface Entry {
  readonly kind: string;
  readonly resource: string;
  readonly region: string;
  /** AWS time, milliseconds since the epoch. */
  readonly from: number;
  /** As `from`; undefined while it lasts. */
  readonly to?: number;
}

/**
 * What AWS itself was busy with and when. Subtracted from the duration of a build it leaves what the
 * orchestration cost. The newest 10,000 entries are kept.
 */
export class Ledger {
  private entries: { kind: string; resource: string; region: string; from: number; to?: number }[] = [];

  constructor(private readonly millis: () => number) {}

  /** Notes that AWS begins with something. Call the result when it has ended. */
  begin(kind: string, resource: string, region: string): () => void {
    const entry: (typeof this.entries)[number] = { kind, resource, region, from: this.millis() };
    this.entries.push(entry);
    if (this.entries.length > 10_000) this.entries = this.entries.slice(-9_000);
    return () => {
      entry.to ??= this.millis();
    };
  }

  /** The entries, oldest first. */
  list(): readonly Entry[] {
    return this.entries;
  }
}
