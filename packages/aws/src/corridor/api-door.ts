import type { Call, ServiceDefinition, Spoken, WireRequest, WireResponse } from '../core/service';
import type { ApiModel, ModelSource } from '../wire/api-model';
import { errorCodec, speak } from '../wire/speak';
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

/** Answers HTTP requests to the services' APIs: reads each as its service's protocol says, and writes the answer so. */
export class ApiDoor {
  constructor(private readonly parts: ApiDoorParts) {}

  /** @param service the folder's name */
  async answer(service: string, request: WireRequest, caller: Call): Promise<WireResponse> {
    const definition = this.parts.definitions[service];
    if (!definition) throw new Error(`the embedded AWS has no service ${service}`);
    const api = await this.parts.models.load(service, definition);
    const call = { ...caller, request };
    let spoken: Spoken | undefined;
    try {
      const state = this.parts.find(service, call.region);
      const page = await definition.serve?.(state, request, call);
      if (page) return page;
      spoken = await this.speak(definition, api, state, request, call);
      const output = await this.parts.corridor.invoke(call, service, spoken.operation, spoken.decode);
      return spoken.encode(output as Record<string, unknown>);
    } catch (error) {
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
