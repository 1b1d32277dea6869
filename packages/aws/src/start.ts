import { Account, FUNCTION_IDLE_SECONDS } from './account/account';
import { type AwsClock, type OwnAws, type StartOptions, settingsFor, type VulnerabilityInput } from './aws';
import type { About } from './connect';
import type { Time } from './core/clock';
import type { FunctionSettings } from './core/context';
import type { FaultInput } from './core/faults/faults';
import { seedRandom } from './core/ids/random';
import type { ServerPrograms } from './core/ports';
import type { ServiceDefinition } from './core/service';
import type { Watcher } from './corridor/corridor';
import type { AdministeredAws } from './door/admin/route';
import { FrontDoor } from './door/front-door';
import { secondsOf, timeOf } from './time';
import { ApiModels } from './wire/api-model';

type Definitions = Readonly<Record<string, ServiceDefinition>>;

/** An embedded AWS in this process. */
export class RunningAws implements AdministeredAws, OwnAws {
  private readonly models = new ApiModels();
  private readonly door: FrontDoor = new FrontDoor(this);
  private settings = settingsFor('');
  private current: Account | undefined;

  private endSeed = () => {};

  private constructor(
    private readonly time: Time,
    private readonly holdsSchedules: boolean,
    private readonly anyKeys: boolean,
    private readonly decisions: string | undefined,
    private readonly functions: FunctionSettings,
    private readonly programs: ServerPrograms | undefined,
    private readonly definitions: Definitions | undefined,
  ) {
    this.clock = {
      scale: typeof time === 'number' ? time : 1,
      leaps: typeof time !== 'number',
      seed: this.seed,
      now: () => this.account.clock.now(),
      sleep: async (time) => this.account.sleep(secondsOf(time)),
    };
    this.takeSeed();
  }

  private get seed(): number | undefined {
    return typeof this.time === 'number' ? undefined : this.time.seed;
  }

  /** From here on all that is random comes from the seed's beginning. */
  private takeSeed(): void {
    this.endSeed();
    if (this.seed !== undefined) this.endSeed = seedRandom(this.seed);
  }

  /**
   * @param definitions other services than those of `services/index.ts`, for tests
   * @throws RangeError for a time that no clock can keep, and for seconds that are none; Error where another AWS with a seed runs in this process
   * @throws the listen error, `EADDRINUSE` where the port is taken
   */
  static async start(
    {
      port = 0,
      holdSchedules = false,
      anyKeys = false,
      decisions,
      functions = 'threads',
      functionIdleSeconds = FUNCTION_IDLE_SECONDS,
      programs,
      ...time
    }: StartOptions,
    definitions?: Definitions,
  ): Promise<RunningAws> {
    const folder = decisions ?? process.env.EMBEDDED_AWS_DECISIONS;
    const aws = new RunningAws(
      timeOf(time),
      holdSchedules,
      anyKeys,
      folder || undefined,
      { inProcess: functions === 'process', idleSeconds: readIdleSeconds(functionIdleSeconds) },
      programs,
      definitions,
    );
    try {
      aws.settings = settingsFor(await aws.door.listen(port, '127.0.0.1'));
    } catch (error) {
      aws.endSeed();
      throw error;
    }
    return aws;
  }

  /** The account as it is now; another one after a reset. */
  get account(): Account {
    this.current ??= this.newborn();
    return this.current;
  }

  about(): About {
    const { account } = this;
    return {
      accountId: account.accountId,
      endpoint: this.endpoint,
      timeScale: this.clock.scale,
      leaps: this.clock.leaps,
      seed: this.seed,
      strayedSeconds: account.clock.strayedSeconds,
      time: this.clock.now().toISOString(),
      regions: account.regionNames(),
    };
  }

  get endpoint() {
    return this.settings.endpoint;
  }

  get client() {
    return this.settings.client;
  }

  get env() {
    return this.settings.env;
  }

  readonly clock: AwsClock;

  sleep(seconds: number, gone: AbortSignal): Promise<void> {
    return this.account.sleep(seconds, gone);
  }

  readonly faults = {
    add: async (fault: FaultInput) => this.account.addFault(fault),
    list: async () => this.account.faults.list(),
    strikes: async () => this.account.faults.strikes(),
    clear: async () => this.account.faults.clear(),
  };

  watch(watcher: Watcher): () => void {
    return this.account.corridor.watch(watcher);
  }

  readonly vulnerabilities = {
    add: async (vulnerability: VulnerabilityInput) => this.account.addVulnerability(vulnerability),
    list: async () => this.account.vulnerabilities(),
    clear: async () => this.account.clearVulnerabilities(),
    scanImage: async (imageId: string, region?: string) => this.account.scanImage(imageId, region),
  };

  async calls() {
    return this.account.calls.list();
  }

  async digest() {
    const { digest, clock } = this.account;
    if (!digest) throw new Error('calls have a digest only where the embedded AWS is started with a seed');
    return { ...digest.read(), strayedSeconds: clock.strayedSeconds };
  }

  async ledger() {
    return this.account.ledger.list();
  }

  async executions() {
    return this.account.executionTransitions();
  }

  async messages() {
    return this.account.publishedMessages();
  }

  async loadBalancers() {
    return this.account.loadBalancerPorts();
  }

  async clockwork() {
    return this.account.clockwork();
  }

  async runSchedule(region: string, group: string, name: string) {
    if (!(await this.account.runSchedule(region, group, name)))
      throw new Error(`there is no schedule ${group}/${name} in ${region}`);
  }

  async reset() {
    const old = this.current;
    this.takeSeed();
    this.current = this.newborn();
    await old?.dispose();
  }

  async stop() {
    await this.current?.dispose();
    await this.door.close();
    this.endSeed();
  }

  async [Symbol.asyncDispose]() {
    await this.stop();
  }

  private newborn(): Account {
    const { time, holdsSchedules, anyKeys, endpoint, models, decisions, definitions } = this;
    const { functions, programs } = this;
    const connect = () => this.door.connect();
    return new Account({
      ...{ time, holdsSchedules, anyKeys, endpoint, connect, models, decisions, definitions },
      ...{ functions, programs },
    });
  }
}

function readIdleSeconds(seconds: number): number {
  if (typeof seconds === 'number' && seconds > 0) return seconds;
  throw new RangeError(`functionIdleSeconds: expected a number above 0, not ${seconds}`);
}
