import type { Duplex } from 'node:stream';
import type { Clockwork, PublishedMessage } from '../aws';
import { AwsError } from '../core/aws-error';
import { REGION_NAME } from '../core/call';
import { Clock, type Time } from '../core/clock';
import type { FunctionSettings } from '../core/context';
import { type Fault, Faults } from '../core/faults/faults';
import { FaultError, readFault } from '../core/faults/read-fault';
import { Ledger } from '../core/ledger';
import type { ServerPrograms } from '../core/ports';
import type { Keys, KnownKey, Principal } from '../core/principal';
import type { ServiceDefinition } from '../core/service';
import type { ServiceModel } from '../core/service-model';
import { ApiDoor } from '../corridor/api-door';
import { Authorizer } from '../corridor/authorization/authorizer';
import { recordDecisions } from '../corridor/authorization/decisions';
import { CallDigest } from '../corridor/call-digest';
import { CallLog } from '../corridor/call-log';
import { Corridor } from '../corridor/corridor';
import { Throttles } from '../corridor/throttles';
import type { ListenerPort } from '../network/balancing/listener-server';
import { type ServiceName, type ServiceState, services } from '../services';
import type { ApiGatewayState } from '../services/apigatewayv2/state';
import { readVulnerability, type Vulnerability } from '../services/inspector2/scans/vulnerabilities';
import { Authenticator } from '../signing/authenticator';
import { type ModelSource, ModelsOnClock } from '../wire/api-model';
import { Region } from './region';

const ACCOUNT_ID = '000000000000';
/** Where services that an account has only once are at home. */
const HOME = 'us-east-1';
/**
 * Lambda does not say how long it keeps an idle execution environment, but that none lives longer than some hours. AWS seconds.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
 */
export const FUNCTION_IDLE_SECONDS = 600;

export interface AccountOptions {
  readonly time: Time;
  /** Schedules of EventBridge Scheduler wait until they are told to run. */
  readonly holdsSchedules?: boolean;
  /** Servers that instances can run beside their own programs. */
  readonly programs?: ServerPrograms;
  /** The front door's address. */
  readonly endpoint: string;
  /** Opens a connection to the front door from inside this process. */
  readonly connect: () => Duplex;
  readonly functions?: FunctionSettings;
  readonly models: ModelSource;
  /** A key that nobody gave out is the administrator's, whatever its secret. */
  readonly anyKeys?: boolean;
  /** A folder for all decisions on calls that are made with the credentials of roles. */
  readonly decisions?: string;
  /** The services by name; those of `services/index.ts` unless a test has others. */
  readonly definitions?: Readonly<Record<string, ServiceDefinition>>;
}

/** An AWS account: its regions, born when first spoken to, and what it has only once. */
export class Account {
  readonly accountId = ACCOUNT_ID;
  readonly endpoint: string;
  readonly connect: () => Duplex;
  readonly functions: FunctionSettings;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly holdsSchedules: boolean;
  readonly programs: ServerPrograms | undefined;
  readonly calls = new CallLog();
  /** Where runs are to be repeated. */
  readonly digest: CallDigest | undefined;
  readonly keys: Keys;
  readonly authenticator: Authenticator;
  readonly corridor: Corridor;
  readonly apiDoor: ApiDoor;
  readonly definitions: Readonly<Record<string, ServiceDefinition>>;
  private readonly models: ModelSource;
  private readonly regions = new Map<string, Region>();
  private readonly ending = new AbortController();
  private isDisposed = false;

  constructor(options: AccountOptions) {
    this.endpoint = options.endpoint;
    this.connect = options.connect;
    this.functions = options.functions ?? { inProcess: false, idleSeconds: FUNCTION_IDLE_SECONDS };
    this.definitions = options.definitions ?? services;
    this.clock = new Clock(options.time);
    this.faults = new Faults(() => this.clock.millis());
    this.digest = this.clock.seed === undefined ? undefined : new CallDigest(options.endpoint);
    this.holdsSchedules = options.holdsSchedules ?? false;
    this.programs = options.programs;
    this.models = new ModelsOnClock(options.models, this.clock);
    this.ledger = new Ledger(() => this.clock.millis());
    this.keys = { find: (accessKeyId) => this.findKey(accessKeyId, options.anyKeys ?? false) };
    this.authenticator = new Authenticator(this.keys, this.clock);
    const recorder = options.decisions ? recordDecisions(options.decisions) : undefined;
    const parts = {
      models: this.models,
      clock: this.clock,
      faults: this.faults,
      throttles: new Throttles(this.clock),
      calls: this.calls,
      authorizer: new Authorizer(
        this.clock,
        {
          permissionsOf: (principal) => this.service('iam', HOME).permissions.permissionsOf(principal),
          permissionsOfService: (service) =>
            this.service('iam', HOME).permissions.permissionsOfService(service),
          // What a service does with somebody's rights comes by no way of his.
          endpointOf: ({ principal, region, via }, service) =>
            principal.heldBy?.split(':')[3] === region && !via?.length
              ? this.service('ec2', region).endpointFor(principal, service)
              : undefined,
        },
        recorder?.call,
      ),
      digest: this.digest,
      definitions: this.definitions,
      find: (service: string, region: string) => this.find(service as ServiceName, region),
      // A function may call services of any region.
      kill: ({ accessKeyId }: Principal) =>
        this.regionNames().some((name) => this.service('lambda', name).sandboxes.kill(accessKeyId)),
      sleep: (seconds: number) =>
        this.clock.sleep(seconds, this.ending.signal).catch(() => Promise.reject(wasReset())),
    };
    this.corridor = new Corridor(parts);
    this.apiDoor = new ApiDoor({ ...parts, corridor: this.corridor });
    if (recorder) this.service('iam', HOME).onTrustJudged(recorder.trust);
  }

  /** @throws AwsError for a name that no region has the form of, and where there is no account any more */
  region(name: string): Region {
    let region = this.regions.get(name);
    if (!region) {
      if (!REGION_NAME.test(name))
        throw new AwsError('InvalidRegion', `'${name}' is not the name of a region`);
      this.checkThere();
      region = new Region(name, this);
      this.regions.set(name, region);
    }
    return region;
  }

  private findKey(accessKeyId: string, anyKeys: boolean): KnownKey | undefined {
    const iam = this.service('iam', HOME);
    const key = iam.findKey(accessKeyId);
    if (key || !anyKeys) return key;
    const { accountId } = this;
    return { principal: { accessKeyId, accountId, arn: iam.rootArn(), userId: accountId } };
  }

  /** What a call reaches. @throws AwsError as `region` */
  private find(service: ServiceName, region: string): unknown {
    this.checkThere();
    return this.service(service, region);
  }

  /** A call that was under way when the account went: nobody would end what it made now. */
  private checkThere(): void {
    if (this.isDisposed) throw wasReset();
  }

  /** The state of a service in a region; of the account where it is global. */
  service<Name extends ServiceName>(name: Name, region: string): ServiceState<Name> {
    return this.region(services[name].global ? HOME : region).service(name);
  }

  modelOf(service: string): Promise<ServiceModel> | undefined {
    if (!Object.hasOwn(services, service)) return undefined;
    return this.models.load(service, services[service as ServiceName]).then(({ model }) => model);
  }

  /**
   * Resolves after so many AWS seconds.
   *
   * @param signal ends the waiting before its time
   * @throws Error when the account has gone, or goes meanwhile, or the signal is aborted
   */
  async sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    if (this.isDisposed) throw new Error('the embedded AWS has been stopped: its clock stands still');
    const gone = new Error('the account was reset, or the embedded AWS stopped, while this slept');
    await this.clock
      .sleep(seconds, AbortSignal.any([this.ending.signal, ...(signal ? [signal] : [])]))
      .catch(() => Promise.reject(gone))
      .finally(this.clock.awaited());
  }

  /**
   * Lets something go wrong.
   * @throws FaultError for a fault that could never strike
   */
  async addFault(input: unknown): Promise<void> {
    const fault = readFault(input);
    await this.checkOperation(fault);
    this.faults.add(fault);
  }

  /** @throws FaultError for a fault that no call could meet */
  private async checkOperation({ service, operation, kind, input = {} }: Fault): Promise<void> {
    const all = Object.entries(this.definitions);
    const meant = all.filter(([, { signingName }]) => service === '*' || signingName === service);
    if (meant.length === 0) {
      const names = new Set(all.map(([, { signingName }]) => signingName));
      throw new FaultError(
        `service: there is no '${service}', expected * or one of ${[...names].join(', ')}`,
      );
    }
    // What those begin is known already, and Auto Scaling begins what is no operation of its own.
    if (operation === '*' || kind === 'lateFailure' || kind === 'never') return;
    const having = meant.filter(([, { operations }]) => Object.hasOwn(operations, operation));
    if (having.length === 0) throw await this.explainLack(service, operation, meant);
    const members = new Set<string>();
    for (const [name, definition] of having) {
      const { model } = await this.models.load(name, definition);
      const schema = model.operations.get(operation)?.input;
      if (schema?.isStructSchema()) for (const [member] of schema.structIterator()) members.add(member);
    }
    const unknown = Object.keys(input).find((member) => !members.has(member));
    if (unknown !== undefined)
      throw new FaultError(
        `input.${unknown}: ${operation} has no such member, expected one of ${[...members].join(', ')}`,
      );
  }

  private async explainLack(
    service: string,
    operation: string,
    meant: readonly (readonly [string, ServiceDefinition])[],
  ): Promise<FaultError> {
    if (service === '*') return new FaultError(`operation: no service here has an operation '${operation}'`);
    for (const [name, definition] of meant) {
      const { model } = await this.models.load(name, definition);
      if (model.operations.has(operation))
        return new FaultError(
          `operation: the embedded AWS lacks ${operation} of ${service}, and refuses its calls without a fault`,
        );
    }
    return new FaultError(`operation: ${service} has no operation '${operation}'`);
  }

  /**
   * Lets Amazon Inspector find something.
   * @throws RangeError that says what is wrong, AwsError for a region that is not there
   */
  addVulnerability(input: unknown): void {
    const vulnerability = readVulnerability(input);
    this.service('inspector2', vulnerability.region ?? HOME).scans.add(vulnerability);
  }

  vulnerabilities(): readonly Vulnerability[] {
    return this.regionNames().flatMap((name) => this.service('inspector2', name).scans.vulnerabilities);
  }

  clearVulnerabilities(): void {
    for (const name of this.regionNames()) this.service('inspector2', name).scans.clear();
  }

  /** @throws RangeError where there is no such image */
  scanImage(imageId: string, region = HOME): void {
    this.service('inspector2', region).scans.scanImage(imageId);
  }

  /** Whether a region makes the services that an account has only once. */
  isHome(region: string): boolean {
    return region === HOME;
  }

  regionNames(): string[] {
    return [...this.regions.keys()];
  }

  /** The region whose network knows a host; the first region where none does. */
  regionOf(host: string): Region {
    const found = [...this.regions.values()].find((region) => region.network.knows(host));
    return found ?? this.region(HOME);
  }

  findHttpApi(apiId: string): ApiGatewayState | undefined {
    return [...this.regions.values()]
      .map((region) => region.service('apigatewayv2'))
      .find((api) => api.has(apiId));
  }

  loadBalancerPorts(): ListenerPort[] {
    return [...this.regions.values()].flatMap((region) => region.loadBalancerPorts());
  }

  executionTransitions(): { executionArn: string; transitions: number }[] {
    return [...this.regions.values()].flatMap((region) => region.executionTransitions());
  }

  publishedMessages(): PublishedMessage[] {
    return [...this.regions.values()].flatMap((region) => region.publishedMessages());
  }

  /** What runs by itself as time passes, the next first. */
  clockwork(): Clockwork[] {
    const all = [...this.regions.values()].flatMap((region) => region.clockwork());
    return all.sort((a, b) => a.next.localeCompare(b.next));
  }

  runSchedule(region: string, group: string, name: string): Promise<boolean> {
    return this.regions.get(region)?.runSchedule(group, name) ?? Promise.resolve(false);
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
    this.ending.abort();
    this.clock.stop();
    await Promise.all([...this.regions.values()].map((region) => region.dispose()));
    this.clock.end();
  }
}

function wasReset(): AwsError {
  return new AwsError('ServiceUnavailable', 'The account was reset while this was under way', 503);
}
