import { NoAnswer } from '../core/faults/faults';
import type { Call, ServiceDefinition, Spoken, WireRequest, WireResponse } from '../core/service';
import type { ApiModel, ModelSource } from '../wire/api-model';
import { errorCodec, protocolOf, speak } from '../wire/speak';
import type { Corridor } from './corridor';
import { asAwsError } from './refusals';

/** What requests to the services' APIs go through. */
export interface ApiDoorParts {
  readonly models: ModelSource;
  readonly corridor: Corridor;
  readonly definitions: Readonly<Record<string, ServiceDefinition>>;
  /** The state of a service in a region. Throws an `AwsError` for a region that is not there. */
  find(service: string, region: string): unknown;
}

/** Who calls, by the signature of the request. @param protocol that the request is made in */
export type Authenticate = (protocol: string) => Pick<Call, 'principal' | 'signer'>;

/** Answers HTTP requests to the services' APIs: reads each as its service's protocol says, and writes the answer so. */
export class ApiDoor {
  constructor(private readonly parts: ApiDoorParts) {}

  /**
   * @param service the folder's name
   * @param authenticate finds out who calls; throws an `AwsError` for a signature that does not count
   * @throws NoAnswer where the request is not to be answered
   */
  async answer(
    service: string,
    request: WireRequest,
    caller: Call,
    authenticate?: Authenticate,
  ): Promise<WireResponse> {
    const definition = this.parts.definitions[service];
    if (!definition) throw new Error(`the embedded AWS has no service ${service}`);
    const api = await this.parts.models.load(service, definition);
    let call: Call = { ...caller, request };
    let spoken: Spoken | undefined;
    try {
      const state = this.parts.find(service, call.region);
      const page = await definition.serve?.(state, request, call);
      if (page) return page;
      if (authenticate) call = { ...call, ...authenticate(protocolOf(api.model, request)) };
      spoken = await this.speak(definition, api, state, request, call);
      if (spoken.signer) call = { ...call, principal: spoken.signer };
      const output = await this.parts.corridor.invoke(call, service, spoken.operation, spoken.decode);
      return spoken.encode(output as Record<string, unknown>);
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      const refusal = asAwsError(api.model, error, spoken?.operation ?? service);
      return spoken?.encodeError(refusal) ?? errorCodec(api, request).encodeError(refusal, call.requestId);
    }
  }

  private speak(
    definition: ServiceDefinition,
    api: ApiModel,
    state: unknown,
    request: WireRequest,
    call: Call,
  ): Promise<Spoken> | Spoken {
    return definition.speak ? definition.speak(state, request, call) : speak(api, request, call);
  }
}
