import type { Disk } from '../disk';

const SEARCH_PATH = [
  '/etc/systemd/system',
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
  wantedBy: readonly string[];
  alias: readonly string[];
  environment: Readonly<Record<string, string>>;
  workingDirectory: string;
  remainAfterExit: boolean;
  /** Command lines by directive: ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop. */
  commands: ReadonlyMap<string, readonly string[]>;
  /** `on-failure`, `always` or `no`. */
  restart: string;
  restartSeconds: number;
}

/** As in `httpd` to `httpd.service`. */
export function unitName(name: string): string {
  return /\.(service|socket|target|timer|mount|path|slice)$/.test(name) ? name : `${name}.service`;
}

/** Reads a unit from where systemd looks for it; undefined when there is none. */
export function readUnit(disk: Disk, name: string): UnitFile | undefined {
  const path = SEARCH_PATH.map((directory) => `${directory}/${name}`).find((candidate) =>
    disk.has(candidate),
  );
  if (path === undefined || disk.find(path)?.kind !== 'file') return undefined;
  const dropIns = SEARCH_PATH.flatMap((directory) =>
    disk
      .listIfAny(`${directory}/${name}.d`)
      .filter((file) => file.endsWith('.conf'))
      .map((file) => `${directory}/${name}.d/${file}`),
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

function toUnit(disk: Disk, name: string, path: string, settings: Settings): UnitFile {
  const all = (key: string) => settings.get(key) ?? [];
  const last = (key: string, fallback: string) => all(key).at(-1) ?? fallback;
  const words = (key: string) => all(key).flatMap((value) => value.split(/\s+/));
  const commands = new Map(
    ['ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload', 'ExecStop'].map((key) => [
      key,
      all(`Service.${key}`),
    ]),
  );
  return {
    name,
    path,
    description: last('Unit.Description', name),
    type: last('Service.Type', 'simple'),
    after: words('Unit.After'),
    wantedBy: [...words('Install.WantedBy'), ...words('Install.RequiredBy')],
    alias: words('Install.Alias'),
    environment: {
      ...Object.assign({}, ...all('Service.EnvironmentFile').map((file) => readEnvironmentFile(disk, file))),
      ...Object.fromEntries(all('Service.Environment').flatMap(parseAssignments)),
    },
    workingDirectory: last('Service.WorkingDirectory', '/').replace(/^-/, '').replace(/^~$/, '/root'),
    remainAfterExit: ['yes', 'true', '1', 'on'].includes(last('Service.RemainAfterExit', 'no').toLowerCase()),
    commands,
    restart: last('Service.Restart', 'no'),
    restartSeconds: parseSeconds(last('Service.RestartSec', '100ms')),
  };
}

function readEnvironmentFile(disk: Disk, file: string): Record<string, string> {
  const path = file.replace(/^-/, '');
  if (!disk.has(path)) return {};
  const lines = disk.readText(path).split('\n');
  return Object.fromEntries(
    lines.filter((line) => !/^\s*[#;]/.test(line)).flatMap((line) => parseAssignments(line.trim())),
  );
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

function parseSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|sec|min|m|h)?$/.exec(text);
  const factor = { ms: 0.001, min: 60, m: 60, h: 3600 }[match?.[2] ?? 's'] ?? 1;
  return Number(match?.[1] ?? 0) * factor;
}
