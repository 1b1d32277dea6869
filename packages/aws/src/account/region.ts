import type { Duplex } from 'node:stream';
import type { Clockwork, PublishedMessage } from '../aws';
import type { Clock } from '../core/clock';
import type { Context, FunctionSettings } from '../core/context';
import { EventBus } from '../core/event-bus';
import type { Faults } from '../core/faults/faults';
import type { Ledger } from '../core/ledger';
import type { ServerPrograms } from '../core/ports';
import type { Keys } from '../core/principal';
import type { ServiceDefinition } from '../core/service';
import type { ServiceModel } from '../core/service-model';
import type { Corridor } from '../corridor/corridor';
import type { ListenerPort } from '../network/balancing/listener-server';
import { Network } from '../network/index';
import { NetworkProxy } from '../network/proxy';
import { type ServiceName, type ServiceState, services } from '../services';
import { plannedEvents } from '../services/eventbridge/delivery/rule-schedules';
import { plannedRuns, runNow } from '../services/scheduler/runs/run-schedules';
import { inOrderOfNeeds } from './needs';
import { reportOwnMetrics } from './own-metrics';

/** What a region has of its account. */
export interface AccountOfRegion {
  readonly accountId: string;
  readonly endpoint: string;
  readonly connect: () => Duplex;
  readonly functions: FunctionSettings;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly holdsSchedules: boolean;
  readonly programs?: ServerPrograms;
  readonly keys: Keys;
  readonly corridor: Pick<Corridor, 'invoke' | 'permits'>;
  readonly definitions: Readonly<Record<string, ServiceDefinition>>;
  modelOf(service: string): Promise<ServiceModel> | undefined;
  /** Whether a region makes the services that an account has only once. */
  isHome(region: string): boolean;
  /** Another region. Throws an `AwsError` for a name that no region has. */
  region(name: string): { readonly context: Context };
  /** A service that the account has only once. */
  service<Name extends ServiceName>(name: Name, region: string): ServiceState<Name>;
}

/** One region of the account: its services, each made after those that it needs, and its network. */
export class Region {
  readonly network: Network;
  readonly proxy: NetworkProxy;
  readonly context: Context;
  /** In the order in which they were made. */
  private readonly states = new Map<string, unknown>();

  constructor(
    readonly name: string,
    private readonly account: AccountOfRegion,
  ) {
    this.context = {
      region: name,
      accountId: account.accountId,
      clock: account.clock,
      ledger: account.ledger,
      faults: account.faults,
      bus: new EventBus(name, account.accountId, () => account.clock.now()),
      endpoint: account.endpoint,
      connect: account.connect,
      functions: account.functions,
      holdsSchedules: account.holdsSchedules,
      programs: account.programs,
      keys: account.keys,
      invoke: (call, service, operation, input) => account.corridor.invoke(call, service, operation, input),
      permits: (call, service, operation, input) => account.corridor.permits(call, service, operation, input),
      at: (region) => account.region(region).context,
      model: (service) => account.modelOf(service),
      state: <State>(service: string) => this.service(service as ServiceName) as State,
    };
    this.network = new Network(this.context);
    this.proxy = new NetworkProxy(this.network);
    for (const [service, definition] of inOrderOfNeeds(account.definitions)) {
      if (definition.global && !account.isHome(name)) continue;
      this.states.set(service, definition.create(this.context, this.needsOf(definition)));
    }
    reportOwnMetrics(this.service('cloudwatch'), {
      lambda: this.service('lambda'),
      logs: this.service('cloudwatch-logs'),
      states: this.service('sfn'),
      balancing: this.service('elastic-load-balancing-v2'),
    });
  }

  service<Name extends ServiceName>(name: Name): ServiceState<Name> {
    if (services[name].global && !this.account.isHome(this.name))
      return this.account.service(name, this.name);
    return this.states.get(name) as ServiceState<Name>;
  }

  loadBalancerPorts(): ListenerPort[] {
    return [
      ...this.service('elastic-load-balancing-v2').loadBalancerPorts(),
      ...this.service('elastic-load-balancing').loadBalancerPorts(),
    ];
  }

  /** The state transitions of every execution, as AWS bills them. */
  executionTransitions(): { executionArn: string; transitions: number }[] {
    return this.service('sfn')
      .executions.list()
      .map(({ arn, transitions }) => ({ executionArn: arn, transitions }));
  }

  /** What was published to topics, and who got it. */
  publishedMessages(): PublishedMessage[] {
    return this.service('sns')
      .messages()
      .map(({ id, topicArn, subject, body, publishedAt, deliveries }) => ({
        topicArn,
        messageId: id,
        ...(subject !== undefined && { subject }),
        message: body,
        publishedAt: publishedAt.toISOString(),
        deliveries,
      }));
  }

  /** Fires a schedule, or a scheduled action of an Auto Scaling group, at once. False when there is none of this name. */
  async runSchedule(group: string, name: string): Promise<boolean> {
    if (await runNow(this.service('scheduler'), group, name)) return true;
    return this.service('auto-scaling').scheduledActions.runNow(group, name);
  }

  /** What runs by itself as time passes, and what would if it were not held. */
  clockwork(): Clockwork[] {
    return [
      ...plannedRuns(this.service('scheduler')),
      ...plannedEvents(this.service('eventbridge')),
      ...this.service('auto-scaling').scheduledActions.planned(),
    ];
  }

  /** Ends the services, each before those that it needs, and last what carries their bytes. */
  async dispose(): Promise<void> {
    const { definitions } = this.account;
    for (const [name, state] of [...this.states].reverse()) await definitions[name]?.dispose?.(state);
    this.network.dispose();
  }

  private needsOf(definition: ServiceDefinition): Record<string, unknown> {
    return Object.fromEntries(
      definition.needs.map((need) => [
        need,
        need === 'network' ? this.network : this.service(need as ServiceName),
      ]),
    );
  }
}
