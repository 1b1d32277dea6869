import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { stringify } from 'yaml';
import released from '../../events/event-build.json';
import { describeTriggers } from '../../src/build/unattended/clockwork/describe';
import { TriggerInput } from '../../src/build/unattended/triggers';
import { KilnError } from '../../src/errors';
import type { PipelineDefinition } from '../../src/pipeline/definition/definition';
import { parseDefinition } from '../../src/pipeline/parse';
import { checkUserDataScript, renderUserData } from '../../src/pipeline/user-data';
import { hostileName, hostileText } from './hostile';
import { PATIENCE, settings } from './settings';

jest.setTimeout(PATIENCE);

/** A file that says something in each of its places. */
const FULL = {
  description: 'A site',
  base: {
    image: 'ami-0123456789abcdef0',
    instanceType: 't3.micro',
    volumeSize: 8,
    userData: 'user-data.sh',
    keyName: 'k',
  },
  parameters: {
    SITE: { default: 'resolve:ssm:/kiln/web/site', pattern: '^s3://' },
    REVISION: { default: 'v1' },
  },
  healthy: { port: 80, path: '/', status: 200, contains: 'Welcome', times: 3, within: '10m' },
  image: {
    test: true,
    keep: 5,
    deprecateAfter: '90d',
    copyTo: ['eu-north-1'],
    shareWith: ['123456789012'],
    parameter: '/kiln/web/image',
  },
  rollout: [
    {
      autoScalingGroup: 'fleet',
      minHealthy: 100,
      maxHealthy: 110,
      warmup: '30s',
      bake: '0s',
      autoRollback: true,
      initialCapacity: 3,
      userData: 'drop',
    },
  ],
  triggers: {
    schedule: { cron: '0 3 * * ? *', timezone: 'Europe/Oslo' },
    events: [
      {
        pattern: { source: ['com.example'], detail: { a: [{ prefix: 'x' }] } },
        parameters: { REVISION: '$.detail.site' },
      },
    ],
    holdAfter: 3,
  },
  whenBusy: 'queue',
  approval: { within: '2h', onTimeout: 'continue', approvers: 'other' },
  windows: [{ cron: '0 9 ? * MON-FRI *', duration: '2h', timezone: 'Europe/Oslo' }],
};

type Path = (string | number)[];

/** The paths of all parts of a value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, part]) =>
    pathsOf(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

/** A copy with another value at a path, or without one where it is undefined. */
function change(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((part, at) => (at === key ? change(part, rest, to) : part));
  // fromEntries: a key may be __proto__.
  const entries = Object.entries(value as object).filter(
    ([name]) => name !== key || rest.length > 0 || to !== undefined,
  );
  if (!entries.some(([name]) => name === key) && to !== undefined) entries.push([String(key), to]);
  return Object.fromEntries(
    entries.map(([name, part]) => [name, name === key ? change(part, rest, to) : part]),
  );
}

const value = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    -1,
    0,
    0.5,
    1e9,
    '1d',
    '0s',
    [],
    {},
    [{}],
    'resolve:ssm:/x',
    '(a+)+$',
    '$.a',
    '$',
  ),
);
const changed = fc
  .array(fc.tuple(fc.constantFrom(...pathsOf(FULL)), value), { minLength: 1, maxLength: 3 })
  .map((changes) =>
    changes.reduce<unknown>((file, [path, to]) => {
      try {
        return change(file, path, to);
      } catch {
        // An earlier change has taken the place away.
        return file;
      }
    }, FULL),
  );
const extended = fc
  .tuple(fc.constantFrom(...pathsOf(FULL).filter((path) => path.length < 4)), hostileName, value)
  .map(([path, name, to]) => {
    try {
      return change(FULL, [...path, name], to ?? 1);
    } catch {
      return FULL;
    }
  });
const text = fc.oneof(
  { weight: 6, arbitrary: changed.map((file) => stringify(file, { lineWidth: 0 }) ?? '') },
  { weight: 4, arbitrary: extended.map((file) => JSON.stringify(file)) },
  { weight: 2, arbitrary: hostileText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '---\n---\n',
      '&a [*a]',
      '!!js/function x',
      '%YAML 9',
      '? {a: b}\n: c',
      bomb(),
    ),
  },
);

/** Aliases of aliases: nine lines that stand for some hundred million words. */
function bomb(): string {
  const line = (at: number) =>
    `${'abcdefghi'[at]}: &${'abcdefghi'[at]} [${Array(9)
      .fill(at === 0 ? 'x' : `*${'abcdefghi'[at - 1]}`)
      .join(', ')}]`;
  return Array.from({ length: 9 }, (_, at) => line(at)).join('\n');
}

function checkTriggers(definition: PipelineDefinition): void {
  const { rules } = describeTriggers(
    [{ name: 'web', definition, userDataScript: '' }],
    'kiln-prod@eu-north-1',
  );
  for (const { template } of rules) {
    const sent = template.replace('<aws.events.event.json>', () => JSON.stringify(released.event));
    const { pipeline, id } = TriggerInput.parse(JSON.parse(sent));
    expect([pipeline, id]).toEqual(['web', released.event.id]);
  }
}

test('a pipeline file is a pipeline, or all that is wrong with it is told', () => {
  expect(parseDefinition(stringify(FULL)).problems).toEqual([]);
  fc.assert(
    fc.property(text, (file) => {
      const { definition, problems } = parseDefinition(file);
      if (!definition)
        return expect(problems.filter((problem) => /\S/.test(problem)).length).toBeGreaterThan(0);
      expect(problems).toEqual([]);
      checkTriggers(definition);
      for (const name of Object.keys(definition.parameters)) expect(name).toMatch(/^[A-Za-z_]\w*$/);
    }),
    settings(),
  );
});

test('a key that nobody knows is never ignored', () => {
  const SECTIONS: Path[] = [
    [],
    ['base'],
    ['healthy'],
    ['image'],
    ['rollout', 0],
    ['triggers'],
    ['triggers', 'schedule'],
    ['triggers', 'events', 0],
    ['parameters', 'SITE'],
  ];
  const known = new Set(pathsOf(FULL).flat().map(String));
  const unknown = hostileName.filter((name) => !known.has(name) && name.isWellFormed());
  fc.assert(
    fc.property(fc.constantFrom(...SECTIONS), unknown, value, (path, name, to) => {
      const { definition, problems } = parseDefinition(
        JSON.stringify(change(FULL, [...path, name], to ?? 1)),
      );
      expect(definition).toBeUndefined();
      expect(problems.join()).toContain('unknown key');
    }),
    settings(),
  );
});

/** Values that a shell runs at once. */
const EACH = 20;

test('a value never becomes code, whatever is in it and whatever shell runs it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-'));
  const values = fc.array(hostileText, { minLength: EACH, maxLength: EACH });
  fc.assert(
    fc.property(values, fc.constantFrom('bash', 'sh'), (texts, shell) => {
      const taken = takeRoom(texts.filter((text) => !text.includes('\0') && text.isWellFormed()));
      const named = Object.fromEntries(taken.map((text, at) => [`V${at}`, text]));
      // printenv: what a child of the script finds, and not what the shell makes of it.
      const script = `#!/bin/${shell}\nset -eu\nprintenv -0 ${Object.keys(named).join(' ')}\n`;
      const packed = render(script, named);
      if (!packed) return;
      const input = packed[0] === 0x1f ? gunzipSync(packed) : packed;
      const { status, stdout, stderr } = spawnSync(shell, ['-s'], { input, cwd: folder, maxBuffer: 1e8 });
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
      expect(stdout.toString()).toBe(taken.map((text) => `${text}\0`).join(''));
      expect(readdirSync(folder)).toEqual([]);
    }),
    settings(EACH),
  );
  rmSync(folder, { recursive: true });
});

/** As many of them as a request may give. */
function takeRoom(texts: string[]): string[] {
  let bytes = 0;
  return texts.filter((text) => {
    const size = Buffer.byteLength(text);
    if (bytes + size > 65_536) return false;
    bytes += size;
    return true;
  });
}

/** The user data; undefined where it is too long. */
function render(script: string, values: Record<string, string>): Buffer | undefined {
  try {
    return renderUserData(script, values);
  } catch (error) {
    expect(error).toBeInstanceOf(KilnError);
    return undefined;
  }
}

test('any script is user data, or what is wrong with it is told', () => {
  fc.assert(
    fc.property(fc.constantFrom('', '#!/bin/bash\n', '#!/bin/sh -e\n', '#!'), hostileText, (start, rest) => {
      const problems = checkUserDataScript(start + rest);
      if (problems.length === 0) expect(renderUserData(start + rest, {})).toBeInstanceOf(Buffer);
    }),
    settings(),
  );
});
