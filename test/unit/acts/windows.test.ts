import { findOpening, findWindowProblem } from '../../../src/build/acts/windows';
import { decideGates } from '../../../src/build/plan/decide';
import { parseDefinition } from '../../../src/pipeline/parse';
import { makeTarget } from '../records';

const at = (time: string) => Date.parse(`${time}Z`);
const show = (windows: Parameters<typeof findOpening>[0], now: string) => {
  const found = findOpening(windows, at(now));
  return found && [found.opensAt, found.closesAt].map((time) => new Date(time).toISOString().slice(0, 16));
};
const weekdays = { cron: '0 9 ? * MON-FRI *', timezone: 'Europe/Oslo', duration: 7200 };

test.each([
  ['before it opens', '2026-11-30T07:59:59', ['2026-11-30T08:00', '2026-11-30T10:00']],
  ['when it opens', '2026-11-30T08:00:00', ['2026-11-30T08:00', '2026-11-30T10:00']],
  ['while it is open', '2026-11-30T09:59:59', ['2026-11-30T08:00', '2026-11-30T10:00']],
  ['when it closes', '2026-11-30T10:00:00', ['2026-12-01T08:00', '2026-12-01T10:00']],
  ['on a Friday evening', '2026-12-04T20:00:00', ['2026-12-07T08:00', '2026-12-07T10:00']],
  ['after the clocks went forward', '2027-03-29T00:00:00', ['2027-03-29T07:00', '2027-03-29T09:00']],
])('a window %s', (_when, now, opening) => {
  expect(show([weekdays], now)).toEqual(opening);
});

test('of several that are open the one that closes last counts, and of several to come the first', () => {
  const long = { ...weekdays, duration: 10_800 };
  expect(show([weekdays, long], '2026-11-30T08:30:00')?.[1]).toBe('2026-11-30T11:00');
  const early = { ...weekdays, cron: '0 6 ? * MON-FRI *' };
  expect(show([weekdays, early], '2026-11-30T00:00:00')?.[0]).toBe('2026-11-30T05:00');
});

test('where none opens any more there is none', () => {
  expect(show([{ ...weekdays, cron: '0 9 1 1 ? 2020' }], '2026-11-30T00:00:00')).toBeUndefined();
  expect(show([], '2026-11-30T00:00:00')).toBeUndefined();
});

test.each([
  ['0 9 1 * ? *', undefined],
  ['0 9 1 1 ? *', undefined],
  [
    '0 9 1 6 ? *',
    'windows: expected one that opens within 32 days, the next opens at 2027-06-01T09:00:00.000Z',
  ],
  ['0 9 1 1 ? 2020', 'windows: expected one that opens within 32 days, none opens any more'],
])('a window at %s opens soon enough, or is told', (cron, problem) => {
  const window = { cron, timezone: 'UTC', duration: 3600 };
  expect(findWindowProblem([window], at('2026-12-01T00:00:00'))).toBe(problem);
});

describe('what a rollout waits for', () => {
  const read = (text: string) => {
    const { definition } = parseDefinition(
      `base: { image: ami-01234567, instanceType: t3.micro }\n${text}\n`,
    );
    if (!definition) throw new Error(text);
    return { definition };
  };
  const gated = read("approval: required\nwindows: [{ cron: '0 9 * * ? *', duration: 1h }]");
  const [some, none] = [{ targets: [makeTarget()] }, { targets: [] }];
  const approval = { within: 86_400, onTimeout: 'stop', approvers: 'any' };
  const windows = [{ cron: '0 9 * * ? *', duration: 3600, timezone: 'UTC' }];

  test.each([
    ['is approval and a window', gated, some, false, { approval, windows }],
    ['is approval alone for a hotfix', gated, some, true, { approval }],
    ['is nothing where nothing is rolled out', gated, none, false, {}],
    ['is nothing unless the pipeline says so', read(''), some, false, {}],
  ])('%s', (_what, pipeline, plan, hotfix, waits) => {
    expect(decideGates(pipeline, plan, hotfix)).toEqual(waits);
  });

  test('is told where no window opens for a build, but for a hotfix', () => {
    const late = read("windows: [{ cron: '0 9 1 1 ? 2020', duration: 1h }]");
    expect(() => decideGates(late, some, false)).toThrow('none opens any more');
    expect(decideGates(late, some, true)).toEqual({});
    expect(decideGates(late, none, false)).toEqual({});
  });
});
