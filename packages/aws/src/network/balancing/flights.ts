/** The requests and connections that are under way to one server behind a load balancer. */
export class Flights {
  private readonly cuts = new Set<() => void>();
  private onIdle: (() => void) | undefined;

  /** Requests or connections under way. */
  get outstanding(): number {
    return this.cuts.size;
  }

  /** Notes that a request or connection is under way. Call the result when it is over. @param cut ends it by force */
  begin(cut: () => void): () => void {
    this.cuts.add(cut);
    return () => {
      this.cuts.delete(cut);
      if (this.cuts.size === 0) this.onIdle?.();
    };
  }

  /**
   * Calls back as soon as nothing is under way: at once if nothing is.
   *
   * @returns how to wait no longer
   */
  whenIdle(callback: () => void): () => void {
    if (this.cuts.size === 0) callback();
    else this.onIdle = callback;
    return () => {
      if (this.onIdle === callback) this.onIdle = undefined;
    };
  }

  /** Ends by force what is under way. */
  cutAll(): void {
    for (const cut of [...this.cuts]) cut();
  }

  /** Ends what is under way, and waits for nothing any more. */
  release(): void {
    this.onIdle = undefined;
    this.cutAll();
  }
}
