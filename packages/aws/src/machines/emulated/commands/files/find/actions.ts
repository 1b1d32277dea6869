import { findGroup, findUser } from '../../../system/users';
import { Quit, type Reader, runWords, type Test } from './expression';
import { sizeOf } from './tests';
import type { Found } from './walk';

type ReadAction = (reader: Reader) => Test;

function print(end: string): ReadAction {
  return ({ search }) =>
    ({ shown }) => {
      search.output.push(`${shown}${end}`);
      return true;
    };
}

/** `-exec command ;` for each, `-exec command {} +` for all at once. */
function exec(option: string, isInDirectory: boolean): ReadAction {
  return (reader) => {
    const { search } = reader;
    const { words, end } = reader.argumentsTo(option, [';', '+']);
    const nameOf = ({ shown, path }: Found) =>
      isInDirectory ? `./${path.slice(path.lastIndexOf('/') + 1)}` : shown;
    const folderOf = ({ path }: Found) =>
      isInDirectory ? path.slice(0, path.lastIndexOf('/')) || '/' : undefined;
    if (end === ';')
      return async (found) => {
        const filled = words.map((word) => word.replaceAll('{}', nameOf(found)));
        return (await runWords(search, filled, folderOf(found))).exitCode === 0;
      };
    const collected = new Map<string | undefined, string[]>();
    search.atEnd.push(async () => {
      for (const [folder, names] of collected) {
        const result = await runWords(search, [...words.slice(0, -1), ...names], folder);
        if (result.exitCode !== 0) search.exitCode = 1;
      }
    });
    return (found) => {
      const folder = folderOf(found);
      collected.set(folder, [...(collected.get(folder) ?? []), nameOf(found)]);
      return true;
    };
  };
}

const remove: ReadAction = (reader) => {
  reader.bounds.isDepthFirst = true;
  const { search } = reader;
  const { disk } = search.call.guest;
  return ({ path, shown, node, target }) => {
    if (shown === '.') return true;
    if (target === undefined && node.kind === 'directory' && disk.listIfAny(path).length > 0) {
      search.errors.push(`find: cannot delete ‘${shown}’: Directory not empty\n`);
      search.exitCode = 1;
      return false;
    }
    disk.remove(path);
    return true;
  };
};

const TYPE_LETTERS = { file: 'f', directory: 'd', symlink: 'l', device: 'c' } as const;

/** https://www.gnu.org/software/findutils/manual/html_node/find_html/Format-Directives.html */
const printf: ReadAction = (reader) => {
  const { search } = reader;
  const { disk } = search.call.guest;
  const format = reader.argument('-printf').replace(/\\([abfnrtv0\\])/g, (_all, letter: string) => {
    const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', r: '\r', '\\': '\\' };
    return escapes[letter] ?? '';
  });
  const values: Readonly<Record<string, (found: Found) => string>> = {
    '%': () => '%',
    p: ({ shown }) => shown,
    P: ({ shown, depth }) => shown.split('/').slice(-depth).join('/'),
    f: ({ path }) => path.slice(path.lastIndexOf('/') + 1) || '/',
    h: ({ shown }) => shown.slice(0, shown.lastIndexOf('/')) || '.',
    s: (found) => String(sizeOf(found)),
    m: ({ node }) => (node.mode & 0o7777).toString(8),
    u: ({ node }) => findUser(disk, String(node.uid))?.name ?? String(node.uid),
    g: ({ node }) => findGroup(disk, String(node.gid))?.name ?? String(node.gid),
    U: ({ node }) => String(node.uid),
    G: ({ node }) => String(node.gid),
    l: ({ target = '' }) => target,
    y: ({ node, target }) => (target === undefined ? TYPE_LETTERS[node.kind] : 'l'),
    d: ({ depth }) => String(depth),
    i: ({ node }) => String(node.ino),
    t: ({ node }) => node.mtime.toUTCString(),
    T: ({ node }) => `${(node.mtime.getTime() / 1000).toFixed(10)}`,
  };
  return (found) => {
    search.output.push(
      format.replace(/%(T)@|%([a-zA-Z%])/g, (all, time?: string, letter?: string) => {
        const read = values[time ?? letter ?? ''];
        return read ? read(found) : all;
      }),
    );
    return true;
  };
};

/** What `find` does with what it finds. */
export const ACTIONS: Readonly<Record<string, ReadAction>> = {
  '-print': print('\n'),
  '-print0': print('\0'),
  '-printf': printf,
  '-delete': remove,
  '-exec': exec('-exec', false),
  '-execdir': exec('-execdir', true),
  '-prune':
    ({ search }) =>
    () => {
      search.prunes = true;
      return true;
    },
  '-quit': () => () => {
    throw new Quit();
  },
};
