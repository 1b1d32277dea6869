/** A command line whose options are words after one dash. */
export interface Words {
  flags: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
  words: readonly string[];
}

/** @param withValue options whose value is the next word */
export function parseOptions(args: readonly string[], withValue: ReadonlySet<string>): Words {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (withValue.has(arg)) values.set(arg, args[++at] ?? '');
    else if (/^-./.test(arg)) flags.add(arg);
    else words.push(arg);
  }
  return { flags, values, words };
}
