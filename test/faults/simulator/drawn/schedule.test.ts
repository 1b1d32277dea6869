import { KINDS } from '../kinds';
import { pairOf } from '../report';
import {
  ASKING,
  BESIDE,
  ENDING,
  functionOf,
  GATES,
  NIGHT,
  readEntry,
  SERVING,
  STATES,
  statesBetween,
} from '../workflow';
import { Random } from './random';
import { describeSchedule, drawSchedule, healsItself, kindOf, mayStrike } from './schedule';

const SEEDS = Array.from({ length: 10_000 }, (_, seed) => seed + 1);
const DRAWN = SEEDS.map(drawSchedule);

test('the same seed draws the same schedule, and others draw others', () => {
  expect(SEEDS.map(drawSchedule)).toEqual(DRAWN);
  expect(new Set(DRAWN.map(describeSchedule)).size).toBeGreaterThan(9000);
});

test('a schedule has one to three faults, and up to ten where all heal, in plain data', () => {
  const counts = (schedules: typeof DRAWN) => new Set(schedules.map(({ faults }) => faults.length));
  expect(counts(DRAWN)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
  expect(counts(DRAWN.filter(({ faults }) => faults.some(({ kind }) => !kindOf(kind).heals)))).toEqual(
    new Set([1, 2, 3]),
  );
  expect(JSON.parse(JSON.stringify(DRAWN))).toEqual(DRAWN);
});

test('ten thousand schedules have every kind at every state, none of them seldom', () => {
  const drawn = new Map<string, number>();
  for (const pair of DRAWN.flatMap(({ faults }) => faults).map(pairOf))
    drawn.set(pair, (drawn.get(pair) ?? 0) + 1);
  const all = KINDS.flatMap(({ name, at }) => at.map((state) => pairOf({ kind: name, state })));
  expect(all.filter((pair) => (drawn.get(pair) ?? 0) < 12)).toEqual([]);
});

test('what lets a run come elsewhere is struck there by others, and by none without it', () => {
  const elsewhere = DRAWN.flatMap(({ faults }) =>
    faults
      .filter(({ kind, state }) => !kindOf(kind).at.includes(state))
      .map(({ kind, state }) => ({
        state,
        isBrought: faults.some((one) => kindOf(one.kind).brings?.includes(state)),
        isFit: mayStrike(kindOf(kind), state),
      })),
  );
  expect(new Set(elsewhere.map(({ state }) => state))).toEqual(new Set([...GATES, ...SERVING]));
  expect(elsewhere.filter(({ isBrought, isFit }) => !isBrought || !isFit)).toEqual([]);
});

const draw = ([kind = '', state = '']: readonly string[]) => ({
  ...{ kind, state, position: 0, times: 1, delay: 1, choice: 0 },
});

test('a build that waits may be superseded, and one that an event asks for may be held: neither heals', () => {
  const heals = (...faults: (readonly [kind: string, state: string])[]) =>
    healsItself({ faults: faults.map(draw) }, [1, 1]);
  const [second, approves] = [
    ['second request', 'Plan'] as const,
    ['person approves', 'AwaitApproval'] as const,
  ];
  expect([heals(second), heals(approves), heals(second, approves)]).toEqual([true, true, false]);
  const [late, holds] = [
    ['event that asks comes late', 'requestBuild'] as const,
    ['person holds the pipeline', 'Plan'] as const,
  ];
  expect([heals(late), heals(holds), heals(late, holds)]).toEqual([true, true, false]);
});

test('what did not strike can not have ended a build, unless something is otherwise for its sake from the beginning', () => {
  const edits = {
    faults: [
      ['throttled', 'Plan'],
      ['person edits the template', 'AskServers'],
    ].map(draw),
  };
  expect([healsItself(edits, [1, 1]), healsItself(edits, [1, 0])]).toEqual([false, true]);
  const fails = { faults: [draw(['preparation fails', 'PrepareImage'])] };
  expect(healsItself(fails, [0])).toBe(false);
});

test('some schedules heal by themselves, and others do not', () => {
  const healing =
    DRAWN.filter((one) =>
      healsItself(
        one,
        one.faults.map(() => 1),
      ),
    ).length / DRAWN.length;
  expect(healing).toBeGreaterThan(0.2);
  expect(healing).toBeLessThan(0.5);
});

test('a build breaks in one way alone, and is stopped once', () => {
  for (const { faults } of DRAWN) {
    const words = faults.flatMap(({ kind }) => KINDS.find(({ name }) => name === kind)?.once ?? []);
    expect(new Set(words).size).toBe(words.length);
  }
});

test('names of kinds are different, and their states are those of the workflow', () => {
  expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length);
  const known = new Set([...STATES, ...ENDING, ...BESIDE, ...ASKING, ...GATES, NIGHT]);
  expect(KINDS.flatMap(({ at }) => at).filter((state) => !known.has(state))).toEqual([]);
  expect(statesBetween('AwaitFleet', 'Finish')).toEqual([
    'AwaitFleet',
    'AskServers',
    'VerifyFleet',
    'Finish',
  ]);
});

test('a run of a function says which state a build has come to', () => {
  const invoke = (FunctionName: string, payload: object) =>
    readEntry({
      ...{ service: 'lambda', operation: 'Invoke', caller: 'states.amazonaws.com', region: 'us-east-1' },
      input: { FunctionName, Payload: Buffer.from(JSON.stringify(payload)) },
    });
  const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  expect(functionOf('LookAtTest')).toBe('kiln-prod-lookAtInstance');
  const build = { id: 'web-1' };
  expect([
    invoke(arn('kiln-prod-checkTests'), { stage: 'RunTests', build }),
    invoke(arn('kiln-prod-launchInstance'), { stage: 'TestImage', build }),
    invoke(arn('kiln-prod-recover'), { build }),
    invoke(arn('kiln-prod-sweepWaits'), {}),
    invoke(arn('somebodys'), { stage: 'Plan' }),
  ]).toEqual([
    { state: 'CheckTests', build: 'web-1' },
    { state: 'TestImage', build: 'web-1' },
    { state: 'Recover', build: 'web-1' },
    { state: 'sweepWaits', build: undefined },
    undefined,
  ]);
});

test('numbers are the same for the same seed, and within their bounds', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 1000 }, () => random.between(3, 6));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(7))).toEqual(new Set([3, 4, 5, 6]));
});
