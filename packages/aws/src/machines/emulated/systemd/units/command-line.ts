import { splitWords, type UnitFile } from './unit-file';

/** What stands before a program: `-` ignores its failure, `:` leaves variables alone, others are about rights. */
const PREFIX = /^[-@+!:|]+/;

/** A line of `ExecStart=` and the like, as systemd would run it. */
export interface CommandLine {
  argv: readonly string[];
  ignoresFailure: boolean;
}

/**
 * Splits a command line and puts the unit's variables in: `${NAME}` anywhere, `$NAME` as a word of its own, which
 * may become several. There is no shell: `>`, `|` and `&&` are words like others (systemd.service(5)).
 */
export function readCommandLine(unit: UnitFile, line: string): CommandLine {
  const prefix = PREFIX.exec(line)?.[0] ?? '';
  const words = splitWords(line.slice(prefix.length));
  const expand = (word: string): string[] => {
    const name = /^\$([A-Za-z_]\w*)$/.exec(word)?.[1];
    if (name !== undefined) return splitWords(unit.environment[name] ?? '');
    return [
      word.replace(/\$\$|\$\{(\w+)\}/g, (_, variable?: string) =>
        variable === undefined ? '$' : (unit.environment[variable] ?? ''),
      ),
    ];
  };
  const argv = prefix.includes(':') ? words : words.flatMap(expand);
  // `@` takes the next word for argv[0].
  if (prefix.includes('@')) argv.splice(1, 1);
  return { argv, ignoresFailure: prefix.includes('-') };
}
