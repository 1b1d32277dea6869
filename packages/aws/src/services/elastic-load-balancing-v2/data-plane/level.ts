/** What a number was over a while. */
export interface LevelStatistics {
  /** Each value counts for as long as it stood. */
  readonly average: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A number that goes up and down. Times are milliseconds. */
export class Level {
  private minimum: number;
  private maximum: number;
  private area = 0;
  private changedAt: number;

  constructor(
    private level: number,
    private readonly since: number,
  ) {
    this.minimum = level;
    this.maximum = level;
    this.changedAt = since;
  }

  set(level: number, at: number): void {
    this.pass(at);
    this.level = level;
    this.minimum = Math.min(this.minimum, level);
    this.maximum = Math.max(this.maximum, level);
  }

  statistics(until: number): LevelStatistics {
    this.pass(until);
    const { minimum, maximum } = this;
    return { average: this.area / Math.max(1, until - this.since), minimum, maximum };
  }

  private pass(at: number): void {
    this.area += this.level * Math.max(0, at - this.changedAt);
    this.changedAt = at;
  }
}
