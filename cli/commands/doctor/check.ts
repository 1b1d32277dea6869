/** What was looked at, and how it is. */
export interface Check {
  readonly name: string;
  /** `note` is to be looked at, and stops no build. */
  readonly outcome: 'good' | 'note' | 'bad' | 'unknown';
  readonly text: string;
  /** What mends it: a command, mostly. */
  readonly mend?: string;
}

export function good(name: string, text: string): Check {
  return { name, outcome: 'good', text };
}

export function bad(name: string, text: string, mend?: string): Check {
  return {
    name,
    outcome: 'bad',
    text: text.replace(/\s*\n\s*/g, ' ').replace(/\.$/, mend ? '' : '.'),
    ...(mend && { mend }),
  };
}

export function note(name: string, text: string, mend?: string): Check {
  return { ...bad(name, text, mend), outcome: 'note' };
}

export function unknown(name: string, text: string): Check {
  return { name, outcome: 'unknown', text };
}

/** What is looked at with the caller's own rights: what AWS does not tell this caller is not known, and no fault. */
export async function unlessRefused(
  name: string,
  look: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    const { name: kind, message } = error as Error;
    return [unknown(name, `not looked at: ${kind}: ${message.split('\n')[0]}`)];
  }
}
