/** What is to be done at a moment of AWS's time. */
export interface Timer {
  /** AWS time, milliseconds since the epoch; may be a fraction. */
  readonly due: number;
  /** Among those due at the same time the lowest comes first, then the oldest. */
  readonly order: number;
  readonly number: number;
  readonly run: () => void;
  isGone: boolean;
}

/** The timers of a clock, the next one first: a binary heap. */
export class Timers {
  private readonly heap: Timer[] = [];
  private made = 0;

  add(due: number, order: number, run: () => void): Timer {
    this.made += 1;
    const timer: Timer = { due, order, number: this.made, run, isGone: false };
    this.heap.push(timer);
    this.rise(this.heap.length - 1);
    return timer;
  }

  /** The next one, which stays. */
  get next(): Timer | undefined {
    while (this.heap[0]?.isGone) this.removeFirst();
    return this.heap[0];
  }

  /** The next one, which is taken out. */
  take(): Timer | undefined {
    const { next } = this;
    if (next) this.removeFirst();
    return next;
  }

  clear(): void {
    this.heap.length = 0;
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

  private sink(): void {
    let at = 0;
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
