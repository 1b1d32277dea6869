/** An immutable snapshot of a root volume, which only the engine that made it can read. */
export interface DiskSnapshot {
  readonly id: string;
}
