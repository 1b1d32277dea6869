import { getCommandNames } from 'just-bash';
import { imagePrograms } from '../packages/distribution';
import type { Program, Programs } from './program';

/** A program that the image of Amazon Linux 2023 has, and this machine has not: it is found, and says so. */
const lacking =
  (name: string, from: string): Program =>
  (_, { lacks }) =>
    lacks(`program ${name} (of the package ${from})`);

/** Those of the image's programs that neither the interpreter nor a command of ours does. @param ours the names of the latter */
export function lackingPrograms(ours: ReadonlySet<string>): Programs {
  const there = new Set<string>([...ours, ...getCommandNames()]);
  return Object.fromEntries(
    imagePrograms().flatMap(({ program, package: from }) => {
      const name = program.split('/').at(-1) ?? program;
      return there.has(name) ? [] : [[name, lacking(name, from)]];
    }),
  );
}
