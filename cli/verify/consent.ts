import { createInterface } from 'node:readline/promises';

/** Who is asked. */
export interface Asked {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks whether to go on.
 *
 * @param yes whether the answer was given beforehand
 * @throws Error where nobody is there to be asked, or says no; the signal's reason
 */
export async function askConsent(
  yes: boolean,
  signal: AbortSignal,
  { input, output }: Asked = { input: process.stdin, output: process.stdout },
): Promise<void> {
  if (yes) return;
  if (!input.isTTY)
    throw new Error('nobody can be asked here, since this is no terminal: --yes agrees to all of this');
  const lines = createInterface({ input, output });
  try {
    // Ctrl-C comes to the terminal's reader, not to the process.
    const interrupted = new Promise<never>((_, reject) =>
      lines.once('SIGINT', () => reject(new Error('interrupted: nothing was made'))),
    );
    const answer = await Promise.race([lines.question('Go on? [y/N] ', { signal }), interrupted]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Error('not agreed to: nothing was made');
  } finally {
    lines.close();
  }
}
