import { AwsError } from '../core/aws-error';
import type { Clock } from '../core/clock';
import { type FaultInput, type Faults, NoAnswer } from '../core/faults/faults';
import { readFault } from '../core/faults/read-fault';
import type { Principal } from '../core/principal';
import type { Call, ServiceDefinition } from '../core/service';
import type { ServiceModel } from '../core/service-model';
import type { ModelSource } from '../wire/api-model';
import type { Constraints } from '../wire/constraints';
import { protocolOf } from '../wire/speak';
import type { Authorizer } from './authorization/authorizer';
import type { CallDigest, WholeCall } from './call-digest';
import type { CallLog } from './call-log';
import { asAwsError, requestedVersion, unknownOperation, unsigned } from './refusals';
import { strike } from './strike';
import type { Throttles } from './throttles';

/** What the corridor leads through. */
export interface CorridorParts {
  readonly models: ModelSource;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly throttles: Throttles;
  readonly calls: CallLog;
  /** Where policies are enforced, as they are in every account. */
  readonly authorizer?: Authorizer;
  /** Where runs are to be repeated. */
  readonly digest?: CallDigest;
  /** By folder name. */
  readonly definitions: Readonly<Record<string, ServiceDefinition>>;
  /** The state of a service in a region. Throws an `AwsError` for a region that is not there. */
  find(service: string, region: string): unknown;
  /** Ends the function that calls, in the middle of what it does. False where no function calls. */
  kill(principal: Principal): boolean;
  /** @throws AwsError where the account goes meanwhile */
  sleep(seconds: number): Promise<void>;
}

/** A call that is about to be made. */
export interface StartingCall {
  /** Signing name. */
  readonly service: string;
  readonly operation: string;
  /** ARN of the principal. */
  readonly caller: string;
  readonly region: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Is told of each call before it is made. A fault that it answers with strikes that call; one that is none fails it. */
export type Watcher = (call: StartingCall) => FaultInput | undefined;

/**
 * The one way to an operation of a service, whoever calls: the front door, CloudFormation, a state machine, Auto Scaling, a schedule,
 * a rule. Identity, throttles, faults, constraints and the call log stand here, once.
 */
export class Corridor {
  private readonly watchers = new Set<Watcher>();

  constructor(private readonly parts: CorridorParts) {}

  /** From now on tells of each call before it is made, whoever makes it. Returns how to end that. */
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /**
   * Calls an operation.
   *
   * @param service the folder's name, e.g. `auto-scaling`
   * @param operation AWS's name; one that the service lacks is refused in the words of its protocol
   * @param input as the SDK has it, or how to read it from the request
   * @returns the output as the SDK has it
   * @throws AwsError what the service refuses, and what stands in the way
   */
  async invoke(
    call: Call,
    service: string,
    operation: string,
    input: object | (() => Promise<object>),
  ): Promise<object> {
    const definition = this.parts.definitions[service];
    if (!definition) throw new Error(`the embedded AWS has no service ${service}`);
    const { model, constraints } = await this.parts.models.load(service, definition);
    let given: unknown;
    const read = async () => {
      const read = typeof input === 'function' ? await input() : input;
      given = read;
      return read;
    };
    try {
      const state = this.parts.find(service, call.region);
      const output = await this.run(
        call,
        { service, definition, state, model, constraints },
        operation,
        read,
      );
      this.note(call, definition, operation, { status: 200 }, { input: given, answer: output });
      return output;
    } catch (error) {
      const refusal = asAwsError(model, error, operation);
      const { code, status, message } = refusal;
      this.note(call, definition, operation, { status, errorCode: code }, { input: given, answer: message });
      throw refusal;
    }
  }

  /**
   * Whether policies allow a call, which nobody makes.
   *
   * @param service the folder's name
   * @param operation AWS's name
   * @param input as the SDK has it
   * @throws AwsError for a region that is not there
   */
  async permits(
    call: Call,
    service: string,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const definition = this.parts.definitions[service];
    if (!definition) throw new Error(`the embedded AWS has no service ${service}`);
    const { model } = await this.parts.models.load(service, definition);
    const state = this.parts.find(service, call.region);
    try {
      await this.parts.authorizer?.check({ service, definition, state, model }, { operation, input, call });
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  }

  private async run(
    call: Call,
    { service, definition, state, model, constraints }: Addressed,
    operation: string,
    read: () => Promise<object>,
  ): Promise<object> {
    if (call.request && !call.principal.accessKeyId && operation && !mayBeUnsigned(definition, operation))
      throw unsigned(model);
    const { throttles, faults, sleep } = this.parts;
    const known = model.operations.get(operation);
    const handler = Object.hasOwn(definition.operations, operation)
      ? definition.operations[operation]
      : undefined;
    if (!known || !handler || isOtherVersion(model, call))
      throw unknownOperation(model, operation, call.request);
    throttles.take(call, definition.signingName, operation);
    const given = await read();
    const input = given as Readonly<Record<string, unknown>>;
    const about = {
      ...{ service: definition.signingName, operation, region: call.region },
      ...{ caller: call.principal.arn, input },
    };
    for (const watcher of this.watchers) {
      const fault = watcher(about);
      if (fault) faults.addFor(about, readFault(fault));
    }
    const perform = async () => {
      if (!definition.checksInput)
        constraints.check(
          known.input,
          given,
          call.request ? protocolOf(model, call.request) : model.protocol,
        );
      await this.parts.authorizer?.check(
        { service, definition, state, model },
        { operation, input, call, http: known.http },
      );
      try {
        return ((await handler(state, given, call)) ?? {}) as object;
      } catch (error) {
        // A call that the service made on its way: it answers its own caller all the same.
        throw error instanceof NoAnswer ? error.asRefusal() : error;
      }
    };
    const fault = faults.take(about);
    if (!fault) return perform();
    return strike(fault, operation, {
      perform,
      sleep,
      kill: () => this.parts.kill(call.principal),
    });
  }

  private note(
    call: Call,
    { signingName }: ServiceDefinition,
    operation: string,
    outcome: { status: number; errorCode?: string },
    said: Pick<WholeCall, 'input' | 'answer'>,
  ): void {
    const { calls, clock, digest } = this.parts;
    const about = {
      time: clock.now().toISOString(),
      region: call.region,
      service: signingName,
      operation,
      ...outcome,
      caller: call.principal.arn,
    };
    calls.add({ ...about, traceId: call.traceId });
    digest?.add({ ...about, ...said });
  }
}

function mayBeUnsigned({ anonymous = false }: ServiceDefinition, operation: string): boolean {
  return typeof anonymous === 'boolean' ? anonymous : anonymous.includes(operation);
}

/** A service that a call has reached. */
interface Addressed {
  /** The folder's name. */
  readonly service: string;
  readonly definition: ServiceDefinition;
  readonly state: unknown;
  readonly model: ServiceModel;
  readonly constraints: Constraints;
}

/** Whether a form names another version of the API than the service has, as old clients of it may. */
function isOtherVersion(model: ServiceModel, { request }: Call): boolean {
  if (!request || model.protocol !== 'awsQuery') return false;
  const version = requestedVersion(request);
  return version !== undefined && version !== model.version;
}
