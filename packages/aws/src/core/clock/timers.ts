/** What is to be done at a moment of AWS's time. */
export interface Timer {
  /** AWS time, milliseconds since the epoch; may be a fraction. */
  readonly due: number;
  /** Among those due at the same time the lowest comes first, then the oldest. */
  readonly order: number;
  readonly number: number;
  run: () => void;
  /** Whether it was taken back, or has had its turn. */
  isGone: boolean;
}

/** So many that were taken back may stay until their time would come, or as many as there are others. */
const MOST_GONE = 256;

/** The timers of a clock, the next one first: a binary heap. */
export class Timers {
  private heap: Timer[] = [];
  private made = 0;
  /** In the heap, though they were taken back. */
  private gone = 0;

  add(due: number, order: number, run: () => void): Timer {
    this.made += 1;
    const timer: Timer = { due, order, number: this.made, run, isGone: false };
    this.heap.push(timer);
    this.rise(this.heap.length - 1);
    return timer;
  }

  /** How many it holds, those that were taken back included. */
  get size(): number {
    return this.heap.length;
  }

  /** Takes one back: what it would have done, and all that this holds, is let go of at once. */
  cancel(timer: Timer): void {
    if (timer.isGone) return;
    timer.isGone = true;
    timer.run = () => {};
    this.gone += 1;
    if (this.gone > MOST_GONE && this.gone > this.heap.length / 2) this.sweep();
  }

  /** The next one, which stays. */
  get next(): Timer | undefined {
    while (this.heap[0]?.isGone) {
      this.removeFirst();
      this.gone -= 1;
    }
    return this.heap[0];
  }

  /** The next one, which is taken out. */
  take(): Timer | undefined {
    const { next } = this;
    if (!next) return undefined;
    this.removeFirst();
    next.isGone = true;
    return next;
  }

  clear(): void {
    this.heap.length = 0;
    this.gone = 0;
  }

  /** Throws out those that were taken back. */
  private sweep(): void {
    this.heap = this.heap.filter(({ isGone }) => !isGone);
    this.gone = 0;
    for (let at = (this.heap.length >> 1) - 1; at >= 0; at -= 1) this.sink(at);
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (!last || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  private sink(from = 0): void {
    let at = from;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = right < this.heap.length && this.isBefore(right, left) ? right : left;
      if (child >= this.heap.length || !this.swapIfBefore(child, at)) return;
      at = child;
    }
  }

  private swapIfBefore(one: number, other: number): boolean {
    if (!this.isBefore(one, other)) return false;
    const [a, b] = [this.heap[one] as Timer, this.heap[other] as Timer];
    this.heap[one] = b;
    this.heap[other] = a;
    return true;
  }

  private isBefore(one: number, other: number): boolean {
    const [a, b] = [this.heap[one] as Timer, this.heap[other] as Timer];
    if (a.due !== b.due) return a.due < b.due;
    return a.order === b.order ? a.number < b.number : a.order < b.order;
  }
}
