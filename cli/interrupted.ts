/** Resolves at Ctrl-C, at a request to terminate, or when the parent that started this process by a pipe is gone. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
