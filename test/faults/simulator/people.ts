import { gzipSync } from 'node:zlib';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type ApiAnswer, callApi } from '../../../cli/api';
import { EVENT, makeVersion, type Otherwise, VERSION_OF } from './pipelines';
import type { World } from './world';

/** AWS seconds after which a person asks again who got no answer, or one of a server that is down, and how often he does. */
const PAUSE_SECONDS = 15;
const MOST_TRIES = 60;

/** What a pipeline keeps that does not say how many images. */
const DEFAULT_KEEP = 5;

/** A request for a build, as a person sent it. */
export interface Asked {
  readonly pipeline: string;
  readonly version: string;
  readonly key: string;
  readonly body: object;
  /** Of the build; undefined where it was refused. */
  readonly id: string | undefined;
}

/** What people ask of the service by its HTTP API, and by events. */
export class People {
  /** The builds that were asked for, oldest first. */
  readonly asked: Asked[] = [];
  /** Versions of which events told. */
  readonly announced: string[] = [];
  /** Answers that should not have been, in words. */
  readonly complaints: string[] = [];
  /** The version of `web` that somebody has pushed last, and that which was deployed then; undefined where nobody has. */
  pushed: { readonly version: string; readonly over: string } | undefined;
  /** Whether the version that was pushed lets builds wait. */
  hasGates = false;
  /** The fewest images that a version of `web` has kept until now. */
  keep = DEFAULT_KEEP;
  /** Whether somebody has held `web`, and nobody has resumed it. */
  holds = false;
  private readonly refused: string[] = [];
  private versions = 0;
  /** How many builds were asked for before this run. */
  private askedBefore = 0;

  constructor(private readonly world: World) {}

  /**
   * Calls the API, and asks again as long as nobody answers, or the answer is that of a server which is down. Answers of 5xx and 429 say
   * nothing of whether it was done.
   */
  async call(path: string, body: object, key?: string): Promise<ApiAnswer> {
    const { settings, service } = this.world;
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    for (let tries = 1; ; tries += 1) {
      const now = this.world.aws.clock.now();
      const answer = await callApi(settings, 'POST', `${service.HttpApiUrl}${path}`, body, now, headers);
      const isDown = answer.status >= 500 || answer.status === 429;
      if (!isDown || tries === MOST_TRIES) return answer;
      await this.world.sleep(PAUSE_SECONDS);
    }
  }

  /**
   * The same of what may be refused.
   *
   * @param statuses that are right
   * @returns the answer; undefined where it was another, which is complained of
   */
  async ask(path: string, body: object, statuses: readonly number[]): Promise<ApiAnswer | undefined> {
    const answer = await this.call(path, body);
    if (statuses.includes(answer.status)) return answer;
    this.complain(path, answer);
    return undefined;
  }

  complain(what: string, { status, body }: ApiAnswer): void {
    this.complaints.push(`${what}: ${status} ${JSON.stringify(body)}`);
  }

  /** A run begins: what is asked for from now on is asked for in it. */
  begin(): void {
    this.askedBefore = this.asked.length;
  }

  /** The first request of this run. */
  get firstAsked(): Asked | undefined {
    return this.asked[this.askedBefore];
  }

  /** Asks for a build of the next version. @returns its id; undefined where the request was refused */
  async request(pipeline: string, parameters: Record<string, string> = {}): Promise<string | undefined> {
    const version = this.nextVersion();
    const key = `asked-${version}`;
    const body = { parameters: { VERSION: version, ...parameters }, force: true };
    const answer = await this.call(`/pipelines/${pipeline}/builds`, body, key);
    const id = answer.status === 202 ? (answer.body as { id: string }).id : undefined;
    this.asked.push({ pipeline, version, key, body, id });
    if (id === undefined) this.refused.push(`${answer.status} ${JSON.stringify(answer.body)}`);
    return id;
  }

  /** The requests that were refused, in words. */
  get refusals(): readonly string[] {
    return this.refused;
  }

  /** Says on the bus that there is another version. */
  async announce(breaks = 'nothing'): Promise<void> {
    const version = this.nextVersion();
    this.announced.push(version);
    await this.putEvent({ version, break: breaks });
  }

  async putEvent(detail: object): Promise<void> {
    await new EventBridgeClient(this.world.settings).send(
      new PutEventsCommand({
        Entries: [{ Source: EVENT.source, DetailType: EVENT.type, Detail: JSON.stringify(detail) }],
      }),
    );
  }

  /** Pushes another version of `web`. */
  async push(otherwise: Otherwise): Promise<void> {
    const { world } = this;
    const files = gzipSync(JSON.stringify(makeVersion(otherwise))).toString('base64');
    const isUnsure = () => world.deployments.isUnderWay;
    const [wasUnsure, deployed] = [isUnsure(), VERSION_OF[world.deployments.edition]];
    const answer = await this.ask('/pipelines/web/versions', { files, reason: 'why not' }, [200]);
    if (!answer) return;
    this.keep = Math.min(this.keep, otherwise.keep ?? DEFAULT_KEEP);
    const { version } = answer.body as { version: string };
    // While the service is deployed each of its functions is of one deployment or of the other.
    const isClear = !wasUnsure && !isUnsure();
    const over = isClear ? deployed : ((await world.current())?.over ?? deployed);
    this.pushed = { version, over };
    this.hasGates = (otherwise.lines ?? []).length > 0;
  }

  /** The version of `web` that builds are to be planned with: that which was pushed, until a deployment has brought another; as the service names it. */
  get holding(): { readonly pushed: string } | { readonly deployed: string } {
    const deployed = VERSION_OF[this.world.deployments.edition];
    return this.pushed?.over === deployed ? { pushed: this.pushed.version } : { deployed };
  }

  /** From now on that version of `web` holds again which was deployed, whatever is deployed later. */
  async removePushed(): Promise<void> {
    // One that a deployment has overtaken would hold again when that is taken back.
    if (this.pushed && 'deployed' in this.holding) await this.push({ script: '# the last word\n' });
    // Who asks again is told that there is none: the first time was not answered.
    await this.ask('/pipelines/web/remove', {}, [200, 404]);
    this.pushed = undefined;
    this.hasGates = false;
  }

  /** Deploys the service anew. What was overtaken for long is forgotten by now. */
  async deploy(edition = this.world.deployments.edition): Promise<void> {
    if (this.pushed && 'deployed' in this.holding && !(await this.world.current())) this.pushed = undefined;
    await this.world.deployments.deploy(edition);
  }

  /** @param allow who may build all the same; without it every person */
  async hold(allow?: readonly string[]): Promise<void> {
    const body = { reason: 'the shop is full', ...(allow && { allow }) };
    if (await this.ask('/pipelines/web/hold', body, [200])) this.holds = true;
  }

  async resume(): Promise<void> {
    if (await this.ask('/pipelines/web/resume', {}, [200])) this.holds = false;
  }

  private nextVersion(): string {
    this.versions += 1;
    return String(this.versions);
  }
}
