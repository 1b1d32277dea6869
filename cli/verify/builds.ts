import { join } from 'node:path';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { callApi } from '../api';
import type { Clock } from '../clock';
import { projectFolder } from '../project';
import { pushSite } from '../push';
import { type Ended, followExecution } from '../story/follow';
import { type SiteVersion, withVersion } from '../story/site-version';
import type { Teller } from '../story/tell';
import { type Names, PIPELINE } from './names';
import { until } from './patience';
import type { Place } from './place';

/** The record of a build as GET /builds/{id} shows it, as far as a verification looks. */
export interface Build {
  readonly id: string;
  readonly status: string;
  readonly imageId?: string;
  readonly error?: { readonly name: string; readonly message: string };
}

/** A build that is over: its record, and what it took. */
export interface EndedBuild extends Build {
  readonly version: string;
  /** AWS seconds. */
  readonly seconds: number;
  readonly transitions: number;
}

const START_PATIENCE_SECONDS = 600;
const PIPELINES = join(projectFolder, 'pipelines');

/** What a user does with Kiln: push a site, ask for a build, look at its record, stop it. */
export class Builds {
  private readonly states: SFNClient;

  constructor(
    private readonly place: Place,
    private readonly names: Names,
    /** The outputs of the service's stack. */
    private readonly service: Readonly<Record<string, string>>,
    /** Ends waiting when the verification is interrupted. */
    private readonly clock: Clock,
    private readonly teller: Teller,
  ) {
    this.states = new SFNClient(place.settings);
  }

  /**
   * Pushes a version of the site, asks for a build and follows it to its end.
   *
   * @param also is told of each step as the build enters it, and says what else there is to say of it
   */
  async build(
    site: SiteVersion,
    also: (step: string, build: string) => string = () => '',
  ): Promise<EndedBuild> {
    await this.push(site);
    const id = await this.request();
    await this.started(id);
    const ended = await followExecution(this.place.settings, {
      executionArn: this.executionOf(id),
      autoScalingGroup: this.names.group,
      clock: this.clock,
      onStep: (seconds, step) => this.teller.line(`${step}${also(step, id)}`, seconds),
    });
    const record = await until(
      this.clock,
      `the record of build ${id} says that it is over`,
      900,
      async () => {
        const build = await this.get(id);
        return build.status === 'RUNNING' ? undefined : build;
      },
    );
    return { ...record, version: site.version, seconds: secondsOf(ended), transitions: transitionsOf(ended) };
  }

  /** Stops a build as people do: its execution. */
  async stop(build: string): Promise<void> {
    await this.states.send(new StopExecutionCommand({ executionArn: this.executionOf(build) }));
  }

  private async push(site: SiteVersion): Promise<void> {
    const pushed = await withVersion(join(PIPELINES, PIPELINE, 'site'), site, (folder) =>
      pushSite(this.place.settings, PIPELINES, PIPELINE, folder, this.names.stage),
    );
    this.teller.line(`${pushed.parameter} = ${pushed.uri}`);
  }

  private async request(): Promise<string> {
    const { id } = await this.call<{ id: string }>('POST', `/pipelines/${PIPELINE}/builds`, {
      // Each is to bake, whatever was baked before.
      force: true,
    });
    this.teller.line(`POST /pipelines/${PIPELINE}/builds: build ${id}`);
    return id;
  }

  private async started(id: string): Promise<void> {
    await until(this.clock, `build ${id} has started`, START_PATIENCE_SECONDS, async () =>
      (await this.get(id)).status === 'QUEUED' ? undefined : true,
    );
  }

  private get(id: string): Promise<Build> {
    return this.call<Build>('GET', `/builds/${id}`);
  }

  private async call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const answer = await callApi(this.place.api, method, `${this.service.HttpApiUrl}${path}`, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Answer;
  }

  private executionOf(build: string): string {
    return `${this.service.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${build}`;
  }
}

function secondsOf({ execution }: Ended): number {
  return ((execution.stopDate?.getTime() ?? 0) - (execution.startDate?.getTime() ?? 0)) / 1000;
}

/** As Step Functions bills them: each state that is entered, and each retry. */
function transitionsOf({ history }: Ended): number {
  const entered = history.filter(({ type }) => type?.endsWith('StateEntered')).length;
  const tried = history.filter(
    ({ type }) => type === 'TaskScheduled' || type === 'LambdaFunctionScheduled',
  ).length;
  const tasks = history.filter(({ type }) => type === 'TaskStateEntered').length;
  return entered + Math.max(0, tried - tasks);
}
