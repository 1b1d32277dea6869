import type { Cancel, Clock } from '../../../core/clock';

/** What each instance has under way in its present state: timers, entries of the ledger. */
export class Turns {
  private readonly pending = new Map<string, Cancel[]>();
  /** Grows with every change, so that what a former state began does not reach into the next. */
  private readonly turns = new Map<string, number>();
  private disposed = false;

  constructor(private readonly clock: Pick<Clock, 'after'>) {}

  /** Calls back after so many seconds of AWS time, unless the instance's turn ends before. */
  after(id: string, seconds: number, callback: () => void): void {
    if (!this.disposed) this.hold(id, this.clock.after(seconds, callback));
  }

  /** Remembers what to call when the instance's turn ends. */
  hold(id: string, cancel: Cancel): void {
    this.pending.set(id, [...(this.pending.get(id) ?? []), cancel]);
  }

  /** Whether the turn that it is now still lasts, whenever it is asked. */
  current(id: string): () => boolean {
    const turn = this.turns.get(id) ?? 0;
    return () => !this.disposed && (this.turns.get(id) ?? 0) === turn;
  }

  /** Ends the instance's turn, with all that it has under way. */
  end(id: string): void {
    this.turns.set(id, (this.turns.get(id) ?? 0) + 1);
    for (const cancel of this.pending.get(id) ?? []) cancel();
    this.pending.delete(id);
  }

  /** Forgets an instance that is gone. */
  forget(id: string): void {
    this.pending.delete(id);
    this.turns.delete(id);
  }

  dispose(): void {
    this.disposed = true;
    for (const cancels of this.pending.values()) for (const cancel of cancels) cancel();
    this.pending.clear();
  }
}
