import { copyProject } from '../../cli/copy-project';
import { type Sample, startSample } from '../../cli/sample';
import { originsOf, widenFleet } from './fleet';
import { Operator } from './operator';
import { LIVE_PATH, live, pipelines } from './site';
import { describeRows, Tally } from './tally';
import { APART, type Plan, Visitors } from './visitors';

/*
 * Whether any request fails while a fleet is refreshed there and back, scaled out and in, and refreshed with bad images which are rolled
 * back. Visitors come over kept and fresh connections, HTTP/1.1 and HTTP/2, with slow answers, uploads and web sockets, to an Application
 * and a Network Load Balancer. Kiln's own builds do the refreshing.
 *
 * AWS's time runs at twenty times real speed, and does not leap. Leaping time would wait until all visitors are quiet, so each request
 * would have the machine to itself: there would be no load, and latencies of nothing. At a fixed speed the load goes on whatever AWS does.
 * Twenty is as fast as leaves two cores the hundred thousand requests within the two hours of AWS's time that all this takes; and the
 * deregistration delay, ten real seconds, is then still far longer than any request but those that are meant to be longer.
 *
 * npm run bench:downtime [requests]
 */

const TIME_SCALE = 20;
/** AWS seconds before anything changes, and at least afterwards. */
const CALM_SECONDS = 240;

const PLAN: Plan = {
  'HTTP/1.1 kept alive': { visitors: 12, pauseSeconds: 0.6 },
  'HTTP/1.1 fresh': { visitors: 6, pauseSeconds: 1 },
  'HTTP/2': { visitors: 8, pauseSeconds: 0.6 },
  'slow answer': { visitors: 10, pauseSeconds: 1 },
  upload: { visitors: 6, pauseSeconds: 1 },
  'web socket': { visitors: 6, pauseSeconds: 1 },
  'fresh, NLB': { visitors: 6, pauseSeconds: 1 },
  'longer than the delay': { visitors: 4, pauseSeconds: 1 },
};

function say(what: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${what}\n`);
}

async function visit(sample: Sample, least: number): Promise<boolean> {
  const operator = new Operator(sample);
  const { aws } = sample;
  await widenFleet(aws);
  say('the first image');
  await operator.rollOut('1');
  const tally = new Tally(APART);
  const visitors = new Visitors(await originsOf(aws), aws.clock, tally, PLAN);
  const step = (what: string) =>
    say(`${what.padEnd(24)} ${tally.sum().requests} requests, ${tally.sum().failed} failed`);
  step('visitors come');
  await aws.clock.sleep(CALM_SECONDS);
  tally.phase = 'during';
  step('version 2');
  await operator.rollOut('2');
  step('back to version 1');
  await operator.rollOut('1');
  for (const servers of [6, 2, 3]) {
    step(`${servers} servers`);
    await operator.scale(servers);
  }
  tally.phase = 'bad images';
  step('bad images');
  await operator.rollOutBadly('3');
  tally.phase = 'after';
  step('nothing any more');
  do await aws.clock.sleep(CALM_SECONDS);
  while (tally.sum().requests < least);
  await visitors.stop();
  const { requests, failed } = tally.sum();
  console.log(describeRows(tally.rows()));
  console.log(
    `\n${requests.toLocaleString('en')} requests beside those longer than the delay, ${failed} failed`,
  );
  for (const failure of tally.failures) console.log(`  ${failure}`);
  return failed === 0;
}

const project = await copyProject(pipelines);
let sample: Sample | undefined;
try {
  sample = await startSample({
    project: project.folder,
    port: 0,
    time: { timeScale: TIME_SCALE },
    programs: { [LIVE_PATH]: live },
    schedules: false,
    onStep: say,
    signal: new AbortController().signal,
  });
  const isWhole = await visit(sample, Number(process.argv[2] ?? 100_000));
  process.exitCode = isWhole ? 0 : 1;
} finally {
  await sample?.aws.stop();
  await project.remove();
}
