const EVENTS = ['SIGINT', 'SIGTERM', 'disconnect'] as const;

/** Resolves at Ctrl-C, at a request to terminate, or when the parent that started this process by a pipe is gone. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      // As long as anybody listens for the parent's end, the pipe to it keeps this process alive.
      for (const event of EVENTS) process.off(event, end);
      resolve();
    };
    for (const event of EVENTS) process.once(event, end);
  });
}
