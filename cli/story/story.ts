import { join } from 'node:path';
import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { LoadBalancerPort } from 'embedded-aws';
import { callApi } from '../api';
import { pushSite } from '../push';
import type { Sample } from '../sample';
import { type Ended, followExecution } from './follow';
import { judgeStory } from './judge';
import { listSecurityGroups } from './leftovers';
import type { StoryResult } from './result';
import { GROUP, PIPELINE } from './sample-pipeline';
import { withVersion } from './site-version';
import { summarizeBuild } from './summarize';
import type { Teller } from './tell';
import { Traffic, type TrafficReport } from './traffic';

/** AWS seconds. */
const POLL_SECONDS = 1;
const START_PATIENCE_SECONDS = 600;
const FIRST_REQUESTS = 20;

/** The second chapter: what became of the build, what the visitors saw, and when the build was asked for (AWS's time, milliseconds). */
interface Day {
  readonly build: Ended;
  readonly traffic: TrafficReport;
  readonly site: string;
  readonly askedAt: number;
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
  const groupsBefore = await listSecurityGroups(sample.settings);
  const story = new Story(sample, join(project, 'pipelines'), teller);
  const night = await story.bakeAtNight();
  // Without a first image there is no site to visit.
  const day = night.execution.status === 'SUCCEEDED' ? await story.rollOutByDay(night) : undefined;
  const builds = await Promise.all(
    [night, ...(day ? [day.build] : [])].map((build) => summarizeBuild(build, sample.aws)),
  );
  const { aws } = sample;
  const digest = aws.clock.seed === undefined ? undefined : await aws.digest();
  return judgeStory({
    settings: sample.settings,
    builds,
    day,
    groupsBefore,
    digest,
    startedAt,
  });
}

class Story {
  private readonly states: SFNClient;
  private readonly stateMachineArn: string;

  constructor(
    private readonly sample: Sample,
    private readonly pipelines: string,
    private readonly teller: Teller,
  ) {
    this.states = new SFNClient(sample.settings);
    this.stateMachineArn = this.output('StateMachineArn');
  }

  async bakeAtNight(): Promise<Ended> {
    const { settings } = this.sample;
    this.teller.chapter('Night: version 1 is baked and the group scales out');
    await this.push();
    const schedule = await this.findSchedule();
    await this.sample.aws.runSchedule(settings.region, schedule.group, schedule.name);
    this.teller.line(`the nightly schedule ${schedule.name} fires`);
    return this.follow(await this.newExecution(new Set()), () => '');
  }

  async rollOutByDay(night: Ended): Promise<Day> {
    this.teller.chapter('Day: version 2 is rolled out under traffic');
    const { clock } = this.sample.aws;
    const site = siteUrl(await this.sample.aws.loadBalancers());
    const traffic = new Traffic(site, this.sample.aws.clock);
    try {
      while (traffic.report().requests < FIRST_REQUESTS) await clock.sleep(POLL_SECONDS);
      this.teller.line(`visitors come to ${site}`);
      await withVersion(join(this.pipelines, PIPELINE, 'site'), { version: '2' }, (folder) =>
        this.push(folder),
      );
      const askedAt = clock.now().getTime();
      await this.requestBuild();
      const executionArn = await this.newExecution(new Set([night.execution.executionArn]));
      const build = await this.follow(executionArn, () => {
        const { requests, failed } = traffic.report();
        return `   ${requests} requests served, ${failed} failed`;
      });
      return { build, traffic: await traffic.stop(), site, askedAt };
    } finally {
      await traffic.stop();
    }
  }

  private async push(folder?: string): Promise<void> {
    const pushed = await pushSite(this.sample.settings, this.pipelines, PIPELINE, folder);
    this.teller.line(`kiln push ${PIPELINE}: ${pushed.parameter} = ${pushed.uri}`);
  }

  private async requestBuild(): Promise<void> {
    const path = `/pipelines/${PIPELINE}/builds`;
    const answer = await callApi(
      this.sample.settings,
      'POST',
      `${this.output('HttpApiUrl')}${path}`,
      {},
      this.sample.aws.clock.now(),
    );
    if (answer.status !== 202)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    this.teller.line(`POST ${path}: 202, build ${(answer.body as { id: string }).id}`);
  }

  private async findSchedule(): Promise<{ group: string; name: string }> {
    const client = new SchedulerClient(this.sample.settings);
    for await (const page of paginateListSchedules({ client }, {})) {
      const found = page.Schedules?.find(({ Name }) => Name?.includes(PIPELINE));
      if (found) return { group: found.GroupName ?? 'default', name: found.Name ?? '' };
    }
    throw new Error(`no schedule was deployed for the pipeline ${PIPELINE}`);
  }

  /** Waits until an execution has started that is not known yet. */
  private async newExecution(known: ReadonlySet<string | undefined>): Promise<string> {
    const { clock } = this.sample.aws;
    const patience = clock.now().getTime() + START_PATIENCE_SECONDS * 1000;
    while (clock.now().getTime() < patience) {
      const listed = await this.states.send(
        new ListExecutionsCommand({ stateMachineArn: this.stateMachineArn }),
      );
      const found = listed.executions?.find(({ executionArn }) => !known.has(executionArn));
      if (found?.executionArn) return found.executionArn;
      await clock.sleep(POLL_SECONDS);
    }
    throw new Error(`no build has started within ${START_PATIENCE_SECONDS} seconds of AWS's time`);
  }

  private follow(executionArn: string, also: () => string): Promise<Ended> {
    return followExecution(this.sample.settings, {
      executionArn,
      autoScalingGroup: GROUP,
      clock: this.sample.aws.clock,
      onStep: (seconds, step) => this.teller.line(`${step}${also()}`, seconds),
    });
  }

  private output(key: string): string {
    const value = this.sample.service[key];
    if (value) return value;
    throw new Error(
      `the service's stack has no output ${key}; it has ${Object.keys(this.sample.service).join(', ')}`,
    );
  }
}

function siteUrl(ports: readonly LoadBalancerPort[]): string {
  const port = ports.find((one) => one.listenerPort === 80)?.loopbackPort;
  if (!port) throw new Error('the fleet has no load balancer that listens on port 80');
  return `http://127.0.0.1:${port}/`;
}
