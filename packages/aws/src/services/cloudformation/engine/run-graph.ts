/**
 * Runs work for the nodes of a graph, each as soon as all that it needs is done, side by side. After a failure
 * nothing that needs the failed node is begun, and nothing at all when `stopOnFailure`, or when the signal aborts; what
 * runs is waited for.
 *
 * @returns the errors, by node
 */
export async function runGraph(
  graph: ReadonlyMap<string, ReadonlySet<string>>,
  work: (id: string) => Promise<void>,
  options: {
    readonly stopOnFailure: boolean;
    readonly onFailure?: () => void;
    readonly signal?: AbortSignal;
  },
): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>();
  const waiting = new Map(
    [...graph].map(([id, needs]) => [id, [...needs].filter((need) => graph.has(need))]),
  );
  const done = new Set<string>();
  const running = new Map<string, Promise<void>>();
  for (;;) {
    if ((failures.size === 0 || !options.stopOnFailure) && !options.signal?.aborted) {
      for (const [id, needs] of waiting) {
        if (!needs.every((need) => done.has(need))) continue;
        waiting.delete(id);
        const run = work(id).then(
          () => void done.add(id),
          (error: unknown) => {
            failures.set(id, error);
            options.onFailure?.();
          },
        );
        running.set(
          id,
          run.finally(() => running.delete(id)),
        );
      }
    }
    if (running.size === 0) return failures;
    await Promise.race(running.values());
  }
}
