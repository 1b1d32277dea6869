import { fail, type Program, type ProgramCall, type Programs, resolvePath } from '../../program';
import { ACTIONS } from './actions';
import { BadExpression, LackingPredicate, Quit, Reader, type Search } from './expression';
import { TESTS } from './tests';
import { read, walk } from './walk';

/** GNU find, on the machine's disk: with its modes, owners and mounts, which just-bash's does not know. */
const find: Program = async (args, call) => {
  const words = args.filter((arg, at) => !(/^-[HLP]$/.test(arg) && args.slice(0, at).every(isOption)));
  const split = words.findIndex((word) => /^[-(),!]/.test(word));
  const paths = split === -1 ? words : words.slice(0, split);
  const expression = split === -1 ? [] : words.slice(split);
  const search: Search = { call, output: [], errors: [], exitCode: 0, atEnd: [], prunes: false };
  try {
    await look(call, search, paths.length === 0 ? ['.'] : paths, expression);
  } catch (error) {
    if (error instanceof LackingPredicate) return call.lacks(`find ${error.message}`);
    if (error instanceof BadExpression) return fail(1, error.message);
    if (!(error instanceof Quit)) throw error;
  }
  for (const finish of search.atEnd) await finish();
  return {
    stdout: search.output.join(''),
    stderr: search.errors.join(''),
    exitCode: search.exitCode,
    stdoutKind: 'text',
  };
};

export const FIND_PROGRAMS: Programs = { find };

const isOption = (arg: string) => /^-[HLP]$/.test(arg);

async function look(
  call: ProgramCall,
  search: Search,
  paths: readonly string[],
  expression: readonly string[],
): Promise<void> {
  const { test, bounds } = new Reader(expression, search, { tests: TESTS, actions: ACTIONS }).read();
  const { disk } = call.guest;
  for (const path of paths) {
    const start = read(disk, resolvePath(call, path), path, 0);
    if (!start) {
      search.errors.push(`find: ‘${path}’: No such file or directory\n`);
      search.exitCode = 1;
      continue;
    }
    await walk(disk, start, bounds, async (found) => {
      search.prunes = false;
      await test(found);
      return !search.prunes;
    });
  }
}
