/** A command line taken apart: `-rM` is two flags, `--uid=7` and `-u 7` are values. */
interface Parsed {
  flags: Set<string>;
  values: Map<string, string>;
  words: string[];
}

/** Takes a command line apart. @param withValue options whose value is the next word */
export function parse(args: readonly string[], withValue: readonly string[]): Parsed {
  const parsed: Parsed = { flags: new Set(), values: new Map(), words: [] };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [, long, value] = /^(--[\w-]+)=(.*)$/.exec(arg) ?? [];
    if (long !== undefined && value !== undefined) parsed.values.set(long, value);
    else if (withValue.includes(arg)) parsed.values.set(arg, args[++at] ?? '');
    else if (arg.startsWith('-'))
      for (const letter of arg.startsWith('--') ? [arg] : arg.slice(1))
        parsed.flags.add(arg.startsWith('--') ? arg : `-${letter}`);
    else parsed.words.push(arg);
  }
  return parsed;
}
