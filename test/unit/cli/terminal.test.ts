import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type * as TerminalModule from '../../../cli/view/terminal';
import { clean, cut, table, widthOf, wrap } from '../../../cli/view/text';
import { age, duration } from '../../../cli/view/time';

/** The module as it is loaded where the environment has these variables. */
function loadWith(variables: Record<string, string>): typeof TerminalModule {
  const before = { ...process.env };
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'CI']) delete process.env[name];
  Object.assign(process.env, variables);
  let loaded: typeof TerminalModule | undefined;
  jest.isolateModules(() => {
    loaded = require('../../../cli/view/terminal') as typeof TerminalModule;
  });
  process.env = before;
  if (!loaded) throw new Error('not loaded');
  return loaded;
}

const LINE = '✔ Plan 1s  ◐ RollOut  ✖ RefreshFailed  ⚠ look  ○ Finish';

describe('colours', () => {
  test('are beside marks and words, never in place of them', () => {
    const painted = loadWith({ FORCE_COLOR: '1' }).paint(LINE);
    expect(painted).not.toBe(LINE);
    expect(stripVTControlCharacters(painted)).toBe(LINE);
  });

  test.each(['NO_COLOR', 'CI'])('are off in a pipe where %s is set', (name) => {
    expect(loadWith({ [name]: '1' }).paint(LINE)).toBe(LINE);
  });
});

describe('a terminal', () => {
  const open = (columns?: number) => {
    const stdout = Object.assign(new PassThrough(), { columns, isTTY: columns !== undefined });
    const stderr = new PassThrough();
    const streams = { stdout, stderr } as unknown as Parameters<typeof TerminalModule.processTerminal>[0];
    return { stdout, stderr, terminal: loadWith({ NO_COLOR: '1' }).processTerminal(streams) };
  };

  test('draws lines in the place of those that were drawn before', () => {
    const { stdout, terminal } = open(80);
    terminal.draw(['one', 'two']);
    stdout.read();
    terminal.draw(['three']);
    expect(String(stdout.read())).toBe('\u001b[2A\u001b[0Jthree\n');
  });

  test('is as wide as it is now; a pipe cuts nothing', () => {
    const { stdout, terminal } = open(80);
    stdout.columns = 120;
    expect([terminal.columns, terminal.isInteractive]).toEqual([120, true]);
    expect(open().terminal.columns).toBeGreaterThan(1000);
    expect(open().terminal.isInteractive).toBe(false);
  });

  test('is steered by nothing that others have written, on either stream', () => {
    const { stdout, stderr, terminal } = open(80);
    terminal.print('a\u001b[2J b\u0007c\u202ed');
    terminal.tell('\u001b]0;title\u0007x');
    expect(String(stdout.read())).toBe('a b c d\n');
    expect(String(stderr.read())).toBe('x\n');
  });
});

describe('texts', () => {
  test('are as wide as a terminal shows them', () => {
    expect([widthOf('web'), widthOf('理由'), widthOf('✔ ok'), widthOf('é')]).toEqual([3, 4, 4, 1]);
  });

  test('are cut to a width, and say that they are', () => {
    expect(cut('kiln-fleet-web', 20)).toBe('kiln-fleet-web');
    expect(cut('kiln-fleet-web', 8)).toBe('kiln-fl…');
    expect(cut('理由理由', 5)).toBe('理由…');
  });

  test('are wrapped between words, and a word that is too long stays whole', () => {
    expect(wrap('one two three', 8, '  ')).toEqual(['  one', '  two', '  three']);
    expect(wrap('one two three', 9)).toEqual(['one two', 'three']);
    expect(wrap('', 9)).toEqual([]);
  });

  test('are one line each', () => {
    expect(clean('a\r\nb\tc')).toBe('a b c');
  });

  test('stand in columns as wide as they need to be', () => {
    expect(
      table(
        [
          ['A', 'B'],
          ['long', 'x'.repeat(20)],
        ],
        12,
      ),
    ).toEqual(['A     B', 'long  xxxxx…']);
    expect(table([], 12)).toEqual([]);
  });
});

test.each([
  [0.4, '0s'],
  [59, '59s'],
  [362, '6m02s'],
  [3 * 3600 + 300, '3h05m'],
  [47 * 3600, '47h00m'],
  [12 * 86_400, '12d'],
  [-5, '0s'],
])('%s seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('an age is one unit', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  const ages = [
    '2026-11-30T11:59:30Z',
    '2026-11-30T11:01:00Z',
    '2026-11-29T12:00:00Z',
    '2026-10-31T12:00:00Z',
  ];
  expect(ages.map((time) => age(time, now))).toEqual(['30s', '59m', '24h', '30d']);
});
