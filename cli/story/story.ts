import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { callApi } from '../api';
import { pushSite } from '../push';
import type { Sample } from '../sample';
import { Backstage } from './backstage';
import { type Ended, followExecution } from './follow';
import { findLeftovers, listSecurityGroups } from './leftovers';
import { measureBuild } from './measure';
import type { BuildResult, StoryResult } from './result';
import { listServers } from './servers';
import type { Teller } from './tell';
import { readPage, Traffic } from './traffic';

const PIPELINE = 'web';
const GROUP = 'kiln-fleet-web';
const SERVERS = 3;
const POLL_MILLISECONDS = 50;
/** Enough answers, round robin, that each server has given several. */
const LAST_LOOKS = 12;

/** The output of an execution, as far as the story tells of it. */
interface BuildOutput {
  readonly image: { readonly id: string };
  readonly rollouts: readonly { readonly version: string }[];
}

/**
 * The main job, from a base instance to a refreshed fleet: a first build at night bakes version 1 and scales the group
 * out; a second one, asked for over HTTP, rolls version 2 out under traffic.
 *
 * @param sample the embedded AWS with fleet and service
 * @param project the checkout
 * @param startedAt when the command was started, in `performance.now()` milliseconds
 */
export async function tellStory(
  sample: Sample,
  project: string,
  teller: Teller,
  startedAt: number,
): Promise<StoryResult> {
  const { settings } = sample;
  const pipelines = join(project, 'pipelines');
  const backstage = await Backstage.enter(settings.endpoint);
  const groupsBefore = await listSecurityGroups(settings);
  const states = new SFNClient(settings);
  const stateMachineArn = output(sample.service, 'StateMachineArn');
  const problems: string[] = [];

  teller.chapter('Night: version 1 is baked and the group scales out');
  const first = await pushSite(settings, pipelines, PIPELINE);
  teller.line(`kiln push ${PIPELINE}: ${first.parameter} = ${first.uri}`);
  const schedule = await findSchedule(settings);
  await backstage.runSchedule(settings.region, schedule.group, schedule.name);
  teller.line(`the nightly schedule ${schedule.name} fires`);
  const night = await follow(await newestExecution(states, stateMachineArn, new Set()), () => '');

  if (night.execution.status !== 'SUCCEEDED') {
    throw new Error(
      `build ${night.execution.name} ended as ${night.execution.status}: ${night.execution.error}: ${night.execution.cause}`,
    );
  }
  const site = siteUrl(await backstage.loadBalancers());
  teller.chapter('Day: version 2 is rolled out under traffic');
  const traffic = new Traffic(site);
  await firstAnswer(traffic);
  teller.line(`visitors come to ${site}`);
  const second = await withVersion2(pipelines, (folder) => pushSite(settings, pipelines, PIPELINE, folder));
  teller.line(`kiln push ${PIPELINE}: ${second.parameter} = ${second.uri}`);
  const dayBegan = Date.now();
  const started = await callApi(
    settings,
    'POST',
    `${output(sample.service, 'HttpApiUrl')}/pipelines/${PIPELINE}/builds`,
    {},
  );
  if (started.status !== 202)
    throw new Error(`POST /pipelines/${PIPELINE}/builds: ${started.status} ${JSON.stringify(started.body)}`);
  const { id } = started.body as { id: string };
  teller.line(`POST /pipelines/${PIPELINE}/builds: 202, build ${id}`);
  const known = new Set([night.execution.executionArn ?? '']);
  const day = await follow(await newestExecution(states, stateMachineArn, known), () => {
    const { requests, failed } = traffic.report();
    return `   ${requests} requests served, ${failed} failed`;
  });

  const looks = await Promise.all(Array.from({ length: LAST_LOOKS }, () => readPage(site)));
  const seen = await traffic.stop();
  const builds = await Promise.all([summarize(night), summarize(day)]);
  const made = builds.filter(({ status }) => status === 'SUCCEEDED');
  const leftovers = await findLeftovers(settings, made, groupsBefore);
  const servers = await listServers(settings, GROUP);
  const versions: Record<string, string> = {};
  for (const server of servers)
    versions[server.instanceId] = server.imageId === builds[1]?.imageId ? '2' : '1';

  for (const build of builds)
    if (build.status !== 'SUCCEEDED') problems.push(`build ${build.id} ended as ${build.status}`);
  if (seen.failed > 0)
    problems.push(`${seen.failed} of ${seen.requests} requests failed: ${seen.failures.join('; ')}`);
  if (leftovers.length > 0) problems.push(`left over: ${leftovers.join(', ')}`);
  if (servers.length !== SERVERS)
    problems.push(`the group has ${servers.length} servers, expected ${SERVERS}`);
  for (const server of servers)
    if (!server.healthy) problems.push(`server ${server.instanceId} is not healthy`);
  if (Object.values(versions).some((version) => version !== '2'))
    problems.push('not every server runs the image of version 2');
  if (!looks.every((page) => page.includes('name="version" content="2"')))
    problems.push('the last answers were not all version 2');

  const turn = seen.seen['2'];
  const lastOfOld = seen.seen['1'];
  const toAws = (at: number) => Math.round(((at - dayBegan) / 1000) * backstage.timeScale);
  return {
    ok: problems.length === 0,
    problems,
    builds,
    traffic: {
      requests: seen.requests,
      failed: seen.failed,
      failures: seen.failures,
      versions: seen.versions,
      turned: turn && lastOfOld ? { firstOfNew: toAws(turn.first), lastOfOld: toAws(lastOfOld.last) } : null,
    },
    leftovers,
    servers: versions,
    realSeconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };

  function follow(executionArn: string, also: () => string): Promise<Ended> {
    return followExecution(settings, {
      executionArn,
      autoScalingGroup: GROUP,
      now: () => backstage.now(),
      onStep: (seconds, step) => teller.line(`${step}${also()}`, seconds),
    });
  }

  async function summarize({ execution, history }: Ended): Promise<BuildResult> {
    const span = { from: execution.startDate?.getTime() ?? 0, to: execution.stopDate?.getTime() ?? 0 };
    const [ledger, calls, executions] = await Promise.all([
      backstage.ledger(),
      backstage.calls(),
      backstage.executions(),
    ]);
    const busy = ledger.map(({ from, to }) => ({ from, to: to ?? Number.POSITIVE_INFINITY }));
    const built = execution.output ? (JSON.parse(execution.output) as BuildOutput) : undefined;
    if (!built) problems.push(`${execution.name}: ${execution.error}: ${execution.cause}`);
    const within = (time: string) => Date.parse(time) >= span.from && Date.parse(time) <= span.to;
    return {
      id: execution.name ?? '',
      pipeline: PIPELINE,
      status: execution.status ?? '',
      imageId: built?.image.id ?? '',
      launchTemplateVersion: built?.rollouts[0]?.version ?? '',
      ...measureBuild(span, busy, retryPauses(history), backstage.timeScale),
      transitions:
        executions.find(({ executionArn }) => executionArn === execution.executionArn)?.transitions ?? 0,
      ec2Calls: calls.filter(
        (call) => call.service === 'ec2' && call.caller.includes(':assumed-role/') && within(call.time),
      ).length,
    };
  }
}

/** The pauses between a failed attempt and the next, which the state machine's Retry asks for. */
function retryPauses(history: Ended['history']): { from: number; to: number }[] {
  const pauses: { from: number; to: number }[] = [];
  for (const event of history) {
    if (event.type !== 'TaskScheduled') continue;
    const before = history.find(({ id }) => id === event.previousEventId);
    if (before?.type !== 'TaskFailed') continue;
    pauses.push({ from: before.timestamp?.getTime() ?? 0, to: event.timestamp?.getTime() ?? 0 });
  }
  return pauses;
}

async function findSchedule(settings: Sample['settings']): Promise<{ group: string; name: string }> {
  for await (const page of paginateListSchedules({ client: new SchedulerClient(settings) }, {})) {
    const found = page.Schedules?.find(({ Name }) => Name?.includes(PIPELINE));
    if (found) return { group: found.GroupName ?? 'default', name: found.Name ?? '' };
  }
  throw new Error(`no schedule was deployed for the pipeline ${PIPELINE}`);
}

/** Waits until an execution has started that is not known yet. */
async function newestExecution(
  states: SFNClient,
  stateMachineArn: string,
  known: ReadonlySet<string>,
): Promise<string> {
  const patience = performance.now() + 15_000;
  while (performance.now() < patience) {
    const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
    const found = executions?.find(({ executionArn = '' }) => !known.has(executionArn));
    if (found?.executionArn) return found.executionArn;
    await sleep(POLL_MILLISECONDS);
  }
  throw new Error('no build has started within 15 seconds');
}

function siteUrl(ports: Awaited<ReturnType<Backstage['loadBalancers']>>): string {
  const port = ports.find((one) => one.listenerPort === 80)?.loopbackPort;
  if (!port) throw new Error('the fleet has no load balancer that listens on port 80');
  return `http://127.0.0.1:${port}/`;
}

async function firstAnswer(traffic: Traffic): Promise<void> {
  while (traffic.report().requests < 20) await sleep(POLL_MILLISECONDS);
}

/** The site as it is, with its version raised to 2, in a folder that is there only while `use` runs. */
async function withVersion2<T>(pipelines: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-site-'));
  try {
    await cp(join(pipelines, PIPELINE, 'site'), folder, { recursive: true });
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.html')) continue;
      const page = await readFile(join(folder, file), 'utf8');
      await writeFile(
        join(folder, file),
        page.replace('name="version" content="1"', 'name="version" content="2"'),
      );
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function output(outputs: Readonly<Record<string, string>>, key: string): string {
  const value = outputs[key];
  if (!value)
    throw new Error(`the service's stack has no output ${key}; it has ${Object.keys(outputs).join(', ')}`);
  return value;
}
