import type { Disk } from '../../../disk/disk';
import { findGroup, findUser, readGroups, readUsers } from '../../../system/users';
import { resolvePath } from '../../program';
import { BadExpression, type Reader, type Test } from './expression';
import type { Found } from './walk';

type ReadTest = (reader: Reader, option: string) => Test;

const TYPES: Readonly<Record<string, (found: Found) => boolean>> = {
  f: ({ node, target }) => target === undefined && node.kind === 'file',
  d: ({ node, target }) => target === undefined && node.kind === 'directory',
  l: ({ target }) => target !== undefined,
  c: ({ node, target }) => target === undefined && node.kind === 'device',
  ...{ b: () => false, p: () => false, s: () => false },
};

const type: ReadTest = (reader, option) => {
  const letters = reader.argument(option).split(',');
  const unknown = letters.find((letter) => !Object.hasOwn(TYPES, letter));
  if (unknown !== undefined) throw new BadExpression(`find: Unknown argument to ${option}: ${unknown}`);
  return (found) => letters.some((letter) => TYPES[letter]?.(found));
};

const nameOf = ({ path }: Found) => (path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1));

function byPattern(read: (found: Found) => string, ignoresCase: boolean): ReadTest {
  return (reader, option) => {
    const pattern = globOf(reader.argument(option), ignoresCase);
    return (found) => pattern.test(read(found));
  };
}

/** A pattern of the shell, with classes in brackets. */
function globOf(pattern: string, ignoresCase: boolean): RegExp {
  const source = pattern.replace(/\[!?(?:\][^\]]*|[^\]]+)\]|\\.|[*?]|[^\\*?[]+|./gs, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length > 2 && part.startsWith('[')) return part.replace(/^\[!/, '[^');
    const literal = part.startsWith('\\') && part.length > 1 ? part.slice(1) : part;
    return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, `s${ignoresCase ? 'i' : ''}`);
}

function byRegularExpression(flags: string): ReadTest {
  return (reader, option) => {
    // Emacs's syntax, which is GNU find's: groups and alternatives have a backslash.
    const text = reader
      .argument(option)
      .replace(/\\([(){}|])|([(){}|])/g, (_all, escaped, plain) =>
        escaped === undefined ? `\\${plain}` : escaped,
      );
    const pattern = new RegExp(`^(?:${text})$`, flags);
    return ({ shown }) => pattern.test(shown);
  };
}

/** `+5`, `-5` and `5`: more, less, exactly. */
function compare(text: string, option: string): (value: number) => boolean {
  const match = /^([+-]?)(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) throw new BadExpression(`find: invalid argument \`${text}' to \`${option}'`);
  const wanted = Number(match[2]);
  if (match[1] === '+') return (value) => value > wanted;
  return match[1] === '-' ? (value) => value < wanted : (value) => value === wanted;
}

/** @param unit milliseconds, of which parts do not count */
function byAge(unit: number): ReadTest {
  return (reader, option) => {
    const fits = compare(reader.argument(option), option);
    const now = reader.search.call.guest.now().getTime();
    return ({ node }) => fits(Math.floor((now - node.mtime.getTime()) / unit));
  };
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 512, b: 512, c: 1, w: 2, k: 1024, M: 1024 ** 2, G: 1024 ** 3 },
};

const size: ReadTest = (reader, option) => {
  const text = reader.argument(option);
  const [, number = '', unit = ''] = /^([+-]?\d+)([bcwkMG]?)$/.exec(text) ?? [];
  if (number === '') throw new BadExpression(`find: Invalid argument \`${text}' to ${option}`);
  const fits = compare(number, option);
  return (found) => fits(Math.ceil(sizeOf(found) / (UNITS[unit] ?? 512)));
};

/** In bytes. */
export function sizeOf({ node, target }: Found): number {
  if (target !== undefined) return target.length;
  return node.kind === 'file' ? node.size : node.kind === 'directory' ? 4096 : 0;
}

const BITS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 };
const WHOSE: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };

/** The bits of a mode, in digits or as `u+s,o=w`; undefined for what is none. */
function readMode(text: string): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = 0;
  for (const clause of text.split(',')) {
    const [, who = '', bits = ''] = /^([ugoa]*)[=+]([rwxst]*)$/.exec(clause) ?? [];
    if (bits === '') return undefined;
    const whose = [...(who === '' ? 'a' : who)].reduce((all, one) => all | (WHOSE[one] ?? 0), 0);
    for (const bit of bits) {
      if (bit === 's') mode |= whose & 0o6000;
      else if (bit === 't') mode |= 0o1000;
      else mode |= whose & (BITS[bit] ?? 0);
    }
  }
  return mode;
}

/** https://www.gnu.org/software/findutils/manual/html_node/find_html/Mode-Bits.html */
const perm: ReadTest = (reader, option) => {
  const text = reader.argument(option);
  const [, how = '', rest = ''] = /^([-/]?)(.*)$/.exec(text) ?? [];
  const wanted = readMode(rest);
  if (wanted === undefined) throw new BadExpression(`find: invalid mode \`${text}'`);
  const modeOf = ({ node, target }: Found) => (target === undefined ? node.mode & 0o7777 : 0o777);
  if (how === '-') return (found) => (modeOf(found) & wanted) === wanted;
  if (how === '/') return (found) => wanted === 0 || (modeOf(found) & wanted) !== 0;
  return (found) => modeOf(found) === wanted;
};

function byOwner(find: (disk: Disk, name: string) => number | undefined, key: 'uid' | 'gid'): ReadTest {
  return (reader, option) => {
    const name = reader.argument(option);
    const id = find(reader.search.call.guest.disk, name) ?? (/^\d+$/.test(name) ? Number(name) : undefined);
    if (id === undefined)
      throw new BadExpression(
        `find: ‘${name}’ is not the name of ${key === 'uid' ? 'a known user' : 'an existing group'}`,
      );
    return ({ node }) => node[key] === id;
  };
}

function byNobody(key: 'uid' | 'gid'): ReadTest {
  return ({ search: { call } }) => {
    const { disk } = call.guest;
    const known = new Set(
      key === 'uid' ? readUsers(disk).map(({ uid }) => uid) : readGroups(disk).map(({ gid }) => gid),
    );
    return ({ node }) => !known.has(node[key]);
  };
}

function bound(set: (reader: Reader, option: string) => void): ReadTest {
  return (reader, option) => {
    set(reader, option);
    return () => true;
  };
}

function readDepth(reader: Reader, option: string): number {
  const text = reader.argument(option);
  if (!/^\d+$/.test(text))
    throw new BadExpression(
      `find: Expected a positive decimal integer argument to ${option}, but got ‘${text}’`,
    );
  return Number(text);
}

function bySeconds(read: (reader: Reader, option: string) => number): ReadTest {
  return (reader, option) => {
    const since = read(reader, option);
    return ({ node }) => node.mtime.getTime() > since;
  };
}

const AGES: Readonly<Record<string, ReadTest>> = Object.fromEntries(
  ['m', 'a', 'c'].flatMap((letter) => [
    [`-${letter}time`, byAge(86_400_000)],
    [`-${letter}min`, byAge(60_000)],
  ]),
);

const stay = bound(({ bounds }) => {
  bounds.staysOnDevice = true;
});

/** What `find` asks of a file, and how it goes about it. A disk keeps only when a file was changed: it was read and made then, too. */
export const TESTS: Readonly<Record<string, ReadTest>> = {
  ...AGES,
  '-type': type,
  '-name': byPattern(nameOf, false),
  '-iname': byPattern(nameOf, true),
  '-path': byPattern(({ shown }) => shown, false),
  '-wholename': byPattern(({ shown }) => shown, false),
  '-ipath': byPattern(({ shown }) => shown, true),
  '-lname': byPattern(({ target = '' }) => target, false),
  '-regex': byRegularExpression('s'),
  '-iregex': byRegularExpression('is'),
  '-size': size,
  '-perm': perm,
  '-empty': (reader) => (found) =>
    found.target === undefined &&
    (found.node.kind === 'directory'
      ? reader.search.call.guest.disk.listIfAny(found.path).length === 0
      : found.node.kind === 'file' && found.node.size === 0),
  '-user': byOwner((disk, name) => findUser(disk, name)?.uid, 'uid'),
  '-group': byOwner((disk, name) => findGroup(disk, name)?.gid, 'gid'),
  '-uid': byOwner(() => undefined, 'uid'),
  '-gid': byOwner(() => undefined, 'gid'),
  '-nouser': byNobody('uid'),
  '-nogroup': byNobody('gid'),
  '-newer': bySeconds((reader, option) => {
    const { call } = reader.search;
    const name = reader.argument(option);
    const node = call.guest.disk.find(resolvePath(call, name));
    if (!node) throw new BadExpression(`find: ‘${name}’: No such file or directory`);
    return node.mtime.getTime();
  }),
  '-newermt': bySeconds((reader, option) => {
    const text = reader.argument(option);
    const at = Date.parse(
      /[zZ]|[+-]\d\d:?\d\d$|T/.test(text)
        ? text
        : `${text.trim().replace(' ', 'T')}${/:/.test(text) ? 'Z' : ''}`,
    );
    if (Number.isNaN(at))
      throw new BadExpression(`find: I cannot figure out how to interpret ‘${text}’ as a date or time`);
    return at;
  }),
  '-executable':
    () =>
    ({ node }) =>
      (node.mode & 0o111) !== 0,
  '-readable': () => () => true,
  '-writable': () => () => true,
  '-true': () => () => true,
  '-false': () => () => false,
  '-maxdepth': bound((reader, option) => {
    reader.bounds.most = readDepth(reader, option);
  }),
  '-mindepth': bound((reader, option) => {
    reader.bounds.least = readDepth(reader, option);
  }),
  '-depth': bound(({ bounds }) => {
    bounds.isDepthFirst = true;
  }),
  '-xdev': stay,
  '-mount': stay,
  ...Object.fromEntries(
    ['-noleaf', '-daystart', '-warn', '-nowarn', '-ignore_readdir_race'].map((option) => [
      option,
      bound(() => {}),
    ]),
  ),
};
