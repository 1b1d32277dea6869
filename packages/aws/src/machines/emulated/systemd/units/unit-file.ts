import type { Disk } from '../../disk/disk';
import { findUser } from '../../system/users';

/** Where an administrator's units and links stand. */
export const SYSTEM_UNITS = '/etc/systemd/system';

const SEARCH_PATH = [
  SYSTEM_UNITS,
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
];

/** A service's unit file with its drop-ins merged. */
export interface UnitFile {
  /** As in `httpd.service`. */
  name: string;
  path: string;
  description: string;
  type: string;
  after: readonly string[];
  wants: readonly string[];
  requires: readonly string[];
  wantedBy: readonly string[];
  alias: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** A file of `EnvironmentFile=` that must be there and is not. */
  missingEnvironmentFile: string | undefined;
  workingDirectory: string;
  /** Whether a working directory that is not there is no failure. */
  isDirectoryOptional: boolean;
  user: string;
  /** Made before the service starts, for its user. */
  directories: readonly string[];
  /** Where output goes instead of the journal; undefined for the journal. */
  outputFile: string | undefined;
  remainAfterExit: boolean;
  /** Command lines by directive: ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop. */
  commands: ReadonlyMap<string, readonly string[]>;
  /** `on-failure`, `always` or `no`. */
  restart: string;
  restartSeconds: number;
  /** So many starts within so many seconds, and no more. */
  startLimit: { burst: number; seconds: number };
  /** Names of all options that are set, as in `Service.Type`. */
  options: readonly string[];
  /** A path of `ConditionPathExists=` that is not as it says; then the unit is passed over. */
  unmetPath: string | undefined;
  /** Values of a timer's settings, by name; empty for other units. */
  timer: ReadonlyMap<string, readonly string[]>;
}

/** As in `httpd` to `httpd.service`. */
export function unitName(name: string): string {
  return /\.(service|socket|target|timer|mount|path|slice)$/.test(name) ? name : `${name}.service`;
}

/** Reads a unit from where systemd looks for it; undefined when there is none. */
export function readUnit(disk: Disk, name: string): UnitFile | undefined {
  const template = name.replace(/@[^.]+\./, '@.');
  const path = [name, template]
    .flatMap((file) => SEARCH_PATH.map((directory) => `${directory}/${file}`))
    .find((candidate) => disk.has(candidate));
  if (path === undefined || disk.find(path)?.kind !== 'file') return undefined;
  const dropIns = SEARCH_PATH.flatMap((directory) =>
    [...new Set([template, name])].flatMap((file) =>
      disk
        .listIfAny(`${directory}/${file}.d`)
        .filter((dropIn) => dropIn.endsWith('.conf'))
        .map((dropIn) => `${directory}/${file}.d/${dropIn}`),
    ),
  );
  return toUnit(disk, name, path, parseSettings([path, ...dropIns].map((file) => disk.readText(file))));
}

type Settings = Map<string, string[]>;

/** `Section.Key` to its values; an empty assignment forgets those before it. */
function parseSettings(texts: readonly string[]): Settings {
  const settings: Settings = new Map();
  for (const text of texts) {
    let section = '';
    for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
      const trimmed = line.trim();
      if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
      if (trimmed.startsWith('[')) {
        section = trimmed.slice(1, -1);
        continue;
      }
      const equals = trimmed.indexOf('=');
      if (equals < 0) continue;
      const key = `${section}.${trimmed.slice(0, equals).trim()}`;
      const value = trimmed.slice(equals + 1).trim();
      if (value === '') settings.set(key, []);
      else settings.set(key, [...(settings.get(key) ?? []), value]);
    }
  }
  return settings;
}

function toUnit(disk: Disk, name: string, path: string, raw: Settings): UnitFile {
  const hostname = disk.has('/etc/hostname') ? disk.readText('/etc/hostname').trim() : 'localhost';
  const settings = new Map(
    [...raw].map(([key, values]) => [key, values.map((value) => replaceSpecifiers(value, name, hostname))]),
  );
  const all = (key: string) => settings.get(key) ?? [];
  const last = (key: string, fallback: string) => all(key).at(-1) ?? fallback;
  const words = (key: string) => all(key).flatMap((value) => value.split(/\s+/));
  const commands = new Map(
    ['ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'].map((key) => [
      key,
      all(`Service.${key}`),
    ]),
  );
  const directory = last('Service.WorkingDirectory', '/');
  const user = last('Service.User', 'root');
  const account = findUser(disk, user);
  const home = account?.home ?? '/root';
  const output = /^(?:append|file|truncate):(.+)$/.exec(last('Service.StandardOutput', 'journal'))?.[1];
  return {
    name,
    path,
    description: last('Unit.Description', name),
    type: last('Service.Type', 'simple'),
    after: words('Unit.After'),
    wants: words('Unit.Wants'),
    requires: [...words('Unit.Requires'), ...words('Unit.BindsTo')],
    wantedBy: [...words('Install.WantedBy'), ...words('Install.RequiredBy')],
    alias: words('Install.Alias'),
    environment: {
      ...(settings.has('Service.User') &&
        account && { HOME: home, USER: account.name, LOGNAME: account.name }),
      ...Object.fromEntries(all('Service.Environment').flatMap(parseAssignments)),
      ...Object.assign({}, ...all('Service.EnvironmentFile').map((file) => readEnvironmentFile(disk, file))),
    },
    missingEnvironmentFile: all('Service.EnvironmentFile').find(
      (file) => !file.startsWith('-') && !disk.has(file),
    ),
    workingDirectory: directory.replace(/^-/, '').replace(/^~$/, home),
    isDirectoryOptional: directory.startsWith('-'),
    user,
    directories: Object.entries(DIRECTORY_SETTINGS).flatMap(([key, parent]) =>
      words(`Service.${key}`).map((child) => `${parent}/${child}`),
    ),
    outputFile: output,
    remainAfterExit: ['yes', 'true', '1', 'on'].includes(last('Service.RemainAfterExit', 'no').toLowerCase()),
    commands,
    restart: last('Service.Restart', 'no'),
    restartSeconds: parseSeconds(last('Service.RestartSec', '100ms')),
    startLimit: {
      burst: Number(last('Unit.StartLimitBurst', last('Service.StartLimitBurst', '5'))),
      seconds: parseSeconds(last('Unit.StartLimitIntervalSec', last('Service.StartLimitInterval', '10'))),
    },
    options: [...settings.keys()].filter((key) => all(key).length > 0),
    unmetPath: all('Unit.ConditionPathExists').find(
      (path) => disk.has(path.replace(/^[|!]+/, '')) === path.includes('!'),
    ),
    timer: new Map(
      [...settings].flatMap(([key, values]) => (key.startsWith('Timer.') ? [[key.slice(6), values]] : [])),
    ),
  };
}

const DIRECTORY_SETTINGS = {
  RuntimeDirectory: '/run',
  StateDirectory: '/var/lib',
  CacheDirectory: '/var/cache',
  LogsDirectory: '/var/log',
  ConfigurationDirectory: '/etc',
};

/** `%i` and others of systemd.unit(5). */
function replaceSpecifiers(text: string, name: string, hostname: string): string {
  const bare = name.replace(/\.[a-z]+$/, '');
  const [prefix = '', instance = ''] = bare.split('@');
  const values: Record<string, string> = {
    ...{ '%': '%', n: name, N: bare, p: prefix, i: instance, I: instance.replace(/-/g, '/'), H: hostname },
    ...{ h: '/root', u: 'root', U: '0', t: '/run', S: '/var/lib', C: '/var/cache', L: '/var/log', E: '/etc' },
  };
  return text.replace(/%([%a-zA-Z])/g, (specifier, letter: string) => values[letter] ?? specifier);
}

function readEnvironmentFile(disk: Disk, file: string): Record<string, string> {
  const path = file.replace(/^-/, '');
  if (!disk.has(path)) return {};
  // A line is one assignment: spaces in a value need no quotes here, as they do in `Environment=`.
  const pairs = disk
    .readText(path)
    .replace(/\\\n/g, '')
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [, name, value = ''] = /^\s*([A-Za-z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')]];
    });
  return Object.fromEntries(pairs);
}

function parseAssignments(text: string): [string, string][] {
  return splitWords(text).flatMap((word) => {
    const equals = word.indexOf('=');
    return equals > 0
      ? [[word.slice(0, equals), word.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2')] as [string, string]]
      : [];
  });
}

/** Words of a unit's command line or assignments; quotes group, and are taken off. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g))
    words.push(
      match[0].replace(
        /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
        (_, double?: string, single?: string) => double?.replace(/\\(.)/g, '$1') ?? single ?? '',
      ),
    );
  return words;
}

const SECONDS: Readonly<Record<string, number>> = {
  ...{ ms: 0.001, msec: 0.001, s: 1, sec: 1, second: 1, seconds: 1, m: 60, min: 60, minute: 60, minutes: 60 },
  ...{
    h: 3600,
    hr: 3600,
    hour: 3600,
    hours: 3600,
    d: 86_400,
    day: 86_400,
    days: 86_400,
    w: 604_800,
    week: 604_800,
  },
};

/** A time span of systemd.time(7), as in `90`, `5min` or `1h 30m`, in seconds. */
export function parseSeconds(text: string): number {
  if (text === 'infinity') return 1e9;
  const spans = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)];
  return spans.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit || 's'] ?? 1), 0);
}
