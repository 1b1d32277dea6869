import { fork } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { type Aws, type ClientSettings, connectAws } from 'embedded-aws';
import { type ApiAnswer, callApi } from '../../cli/api';
import { until } from './until';

/** A build as GET /builds/{id} shows it, as far as the tests look. */
export interface ShownBuild {
  readonly id: string;
  readonly status: string;
  readonly fingerprint?: string;
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
}

/** The embedded AWS in a process of its own, with fleet and service in it, and what a user does with them. */
export class RunningSample {
  private constructor(
    readonly aws: Aws,
    readonly settings: ClientSettings,
    readonly service: Readonly<Record<string, string>>,
    readonly stop: () => Promise<void>,
  ) {}

  /** @param timeScale AWS seconds in a real second */
  static start(project: string, timeScale: number): Promise<RunningSample> {
    const child = fork(join(__dirname, 'sample-process.ts'), [project, String(timeScale)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk;
    });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const stop = async () => {
      child.kill('SIGTERM');
      await exited;
    };
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the sample ended with ${code}:\n${errors}`)));
      child.once('message', (told: Pick<RunningSample, 'settings' | 'service'>) =>
        connectAws(told.settings.endpoint).then(
          (aws) => resolve(new RunningSample(aws, told.settings, told.service, stop)),
          reject,
        ),
      );
    });
  }

  api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiAnswer> {
    return callApi(this.settings, method, `${this.service.HttpApiUrl}${path}`, body);
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

  /** Asks for a build. @returns its id */
  async startBuild(pipeline: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    const { status, body } = await this.api('POST', `/pipelines/${pipeline}/builds`, { parameters });
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
      return isPassed ? build : undefined;
    });
  }
}
