import { request } from 'node:http';
import type { ClientSettings, OwnAws, StartOptions } from 'embedded-aws';
import { type ApiAnswer, callApi } from '../../cli/api';
import { startSample } from '../../cli/sample';
import { checkAnswer } from '../unit/answers';
import { until, waitOnClock } from './until';

/** A build as GET /builds/{id} shows it, as far as the tests look. */
export interface ShownBuild {
  readonly id: string;
  readonly status: string;
  readonly fingerprint?: string;
  readonly version?: string;
  readonly reason?: string;
  readonly baseImageId?: string;
  readonly reused?: { readonly build: string; readonly imageId: string };
  readonly imageId?: string;
  readonly imageGone?: { readonly at: string; readonly why: string };
  readonly rollouts: readonly { readonly autoScalingGroup: string; readonly version: string }[];
  readonly stages: readonly {
    readonly stage: string;
    readonly startedAt: string;
    readonly endedAt?: string;
    readonly outcome: string;
    readonly waitsFor?: string;
    readonly says?: string;
  }[];
  readonly error?: { readonly name: string; readonly message: string; readonly stage?: string };
  readonly unchecked?: readonly string[];
  readonly prepared?: object;
  readonly tested?: object;
  readonly heldServer?: { readonly instanceId: string; readonly purpose: string; readonly until: string };
  readonly scanned?: { readonly outcome: string; readonly key?: string };
  readonly bom?: { readonly key: string; readonly packages: number; readonly kernel?: string };
  readonly packageChanges?: {
    readonly since: string;
    readonly added: readonly { readonly name: string }[];
    readonly removed: readonly { readonly name: string }[];
  };
}

/** The embedded AWS with fleet and service in it, whose time leaps, and what a user does with them. */
export class RunningSample {
  private constructor(
    readonly aws: OwnAws,
    readonly settings: ClientSettings,
    readonly service: Readonly<Record<string, string>>,
  ) {}

  /**
   * @param project the folder with the service and its pipelines
   * @param programs servers that instances can run, by their path on the disk
   * @param functions where Lambda runs them: in this process, for half of what threads cost
   */
  static async start(
    project: string,
    { programs, functions = 'process' }: Pick<StartOptions, 'programs' | 'functions'> = {},
  ): Promise<RunningSample> {
    const { aws, settings, service } = await startSample({
      project,
      port: 0,
      time: { leap: true },
      functions,
      programs,
      schedules: false,
      onStep: () => {},
      signal: new AbortController().signal,
    });
    waitOnClock(aws.clock);
    return new RunningSample(aws, settings, service);
  }

  async stop(): Promise<void> {
    waitOnClock(undefined);
    await this.aws.stop();
  }

  /** Calls the API; what it answers must be what docs/openapi.json says. */
  async api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiAnswer> {
    const answer = await callApi(this.settings, method, `${this.service.HttpApiUrl}${path}`, body);
    checkAnswer(method, path, answer.status, answer.body);
    return answer;
  }

  /** The status of a call that nobody has signed. */
  callUnsigned(method: string, path: string): Promise<number> {
    const { hostname, port } = new URL(this.settings.endpoint);
    const { host } = new URL(this.service.HttpApiUrl ?? '');
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path, headers: { host } }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.once('error', reject);
      sent.end();
    });
  }

  /** Asks for a build that bakes, though nothing may have changed, unless `more` says otherwise. @returns its id */
  async startBuild(
    pipeline: string,
    parameters: Readonly<Record<string, string>> = {},
    more: Readonly<Record<string, unknown>> = { force: true },
  ): Promise<string> {
    const { status, body } = await this.api('POST', `/pipelines/${pipeline}/builds`, { parameters, ...more });
    if (status !== 202)
      throw new Error(`POST /pipelines/${pipeline}/builds: ${status} ${JSON.stringify(body)}`);
    return (body as { id: string }).id;
  }

  async getBuild(id: string): Promise<ShownBuild> {
    const { status, body } = await this.api('GET', `/builds/${id}`);
    if (status !== 200) throw new Error(`GET /builds/${id}: ${status} ${JSON.stringify(body)}`);
    return body as ShownBuild;
  }

  /** The record of a build once it has ended. */
  async ended(id: string): Promise<ShownBuild> {
    return until(`build ${id} has ended`, async () => {
      const build = await this.getBuild(id);
      return ['QUEUED', 'RUNNING'].includes(build.status) ? undefined : build;
    });
  }

  /** The record of a build once it has come out of a stage. */
  async passed(id: string, stage: string): Promise<ShownBuild> {
    return until(`build ${id} has passed ${stage}`, async () => {
      const build = await this.getBuild(id);
      const isPassed = build.stages.some((one) => one.stage === stage && one.outcome === 'succeeded');
      if (!isPassed) throw new Error(`it is ${build.status}: ${build.error?.message}`);
      return build;
    });
  }
}
