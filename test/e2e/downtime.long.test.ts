import { originsOf, widenFleet } from '../../bench/downtime/fleet';
import { Operator } from '../../bench/downtime/operator';
import { LIVE_PATH, live, pipelines } from '../../bench/downtime/site';
import { type Phase, Tally } from '../../bench/downtime/tally';
import { APART, KINDS, type Plan, Visitors } from '../../bench/downtime/visitors';
import { copyProject, type Project } from './project';
import { RunningSample } from './running-sample';

jest.setTimeout(600_000);

/** Some hundreds of requests over half an hour of AWS's time. */
const PLAN: Plan = {
  'HTTP/1.1 kept alive': { visitors: 1, pauseSeconds: 6 },
  'HTTP/1.1 fresh': { visitors: 1, pauseSeconds: 6 },
  'HTTP/2': { visitors: 1, pauseSeconds: 6 },
  'slow answer': { visitors: 2, pauseSeconds: 5 },
  upload: { visitors: 2, pauseSeconds: 5 },
  'web socket': { visitors: 1, pauseSeconds: 5 },
  'fresh, NLB': { visitors: 1, pauseSeconds: 6 },
  'longer than the delay': { visitors: 3, pauseSeconds: 1 },
};
/** Bad images take an hour more: `npm run bench:downtime` has them, and balancers.long.test.ts. */
const SEEN: readonly Phase[] = ['before', 'during', 'after'];
const CALM_SECONDS = 60;

let project: Project;
let sample: RunningSample;
let operator: Operator;
beforeAll(async () => {
  project = await copyProject(pipelines);
  sample = await RunningSample.start(project.folder, { programs: { [LIVE_PATH]: live } });
  operator = new Operator(sample);
  await widenFleet(sample.aws);
  await operator.rollOut('1');
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

test('no request fails while a fleet is refreshed and scaled', async () => {
  const tally = new Tally(APART);
  const { aws } = sample;
  const visitors = new Visitors(await originsOf(aws), aws.clock, tally, PLAN);
  await aws.clock.sleep(CALM_SECONDS);
  tally.phase = 'during';
  await operator.rollOut('2');
  await operator.scale(5);
  await operator.scale(2);
  tally.phase = 'after';
  await aws.clock.sleep(CALM_SECONDS);
  await visitors.stop();
  expect([tally.sum().failed, tally.failures]).toEqual([0, []]);
  const rows = tally.rows();
  const shorter = KINDS.filter((kind) => !APART.includes(kind));
  const isSeen = shorter.map((kind) => rows.filter((row) => row.kind === kind).map(({ phase }) => phase));
  expect(isSeen).toEqual(shorter.map(() => SEEN));
  // What is longer than the deregistration delay breaks off, as on AWS: the others were indeed shorter.
  const cut = rows.filter((row) => row.kind === 'longer than the delay' && row.failed > 0);
  expect(cut.map(({ phase }) => phase)).toContain('during');
});
