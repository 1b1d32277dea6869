import { Account } from './account/account';
import { type AwsClock, type FaultInput, type StartOptions, settingsFor } from './aws';
import type { About } from './connect';
import type { ServiceDefinition } from './core/service';
import type { AdministeredAws } from './door/admin/route';
import { FrontDoor } from './door/front-door';
import { ApiModels } from './wire/api-model';

/** The most AWS seconds in a real second: beyond it timers could not tell one moment from the next. */
export const MOST_TIME_SCALE = 1_000_000;

function checkScale(timeScale: unknown): void {
  if (typeof timeScale === 'number' && timeScale > 0 && timeScale <= MOST_TIME_SCALE) return;
  throw new RangeError(`timeScale: expected a number above 0, at most ${MOST_TIME_SCALE}, not ${timeScale}`);
}

type Definitions = Readonly<Record<string, ServiceDefinition>>;

/** An embedded AWS in this process. */
export class RunningAws implements AdministeredAws {
  private readonly models = new ApiModels();
  private readonly door: FrontDoor = new FrontDoor(this);
  private settings = settingsFor('');
  private current: Account | undefined;

  private constructor(
    private readonly timeScale: number,
    private readonly definitions: Definitions | undefined,
  ) {
    this.clock = {
      scale: timeScale,
      now: () => this.account.clock.now(),
      sleep: (seconds) => this.account.sleep(seconds),
    };
  }

  /**
   * @param definitions other services than those of `services/index.ts`, for tests
   * @throws RangeError for a time scale that no clock can run at
   * @throws the listen error, `EADDRINUSE` where the port is taken
   */
  static async start(
    { port = 0, timeScale = 1 }: StartOptions,
    definitions?: Definitions,
  ): Promise<RunningAws> {
    checkScale(timeScale);
    const aws = new RunningAws(timeScale, definitions);
    aws.settings = settingsFor(await aws.door.listen(port, '127.0.0.1'));
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
      timeScale: this.timeScale,
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

  readonly faults = {
    add: async (fault: FaultInput) => this.account.addFault(fault),
    list: async () => this.account.faults.list(),
    clear: async () => this.account.faults.clear(),
  };

  async calls() {
    return this.account.calls.list();
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

  async runSchedule(region: string, group: string, name: string) {
    if (!(await this.account.runSchedule(region, group, name)))
      throw new Error(`there is no schedule ${group}/${name} in ${region}`);
  }

  async reset() {
    const old = this.current;
    this.current = this.newborn();
    await old?.dispose();
  }

  async stop() {
    await this.current?.dispose();
    await this.door.close();
  }

  async [Symbol.asyncDispose]() {
    await this.stop();
  }

  private newborn(): Account {
    const { timeScale, endpoint, models, definitions } = this;
    return new Account({ timeScale, endpoint, models, definitions });
  }
}
