import type { Clock } from '../core/clock';
import type { ServiceDefinition } from '../core/service';
import { readServiceModel, type ServiceModel } from '../core/service-model';
import { type ConstraintService, type Constraints, loadConstraints } from './constraints';
import { makeRestRouter, type RestRouter } from './rest';

/** How a service is spoken to, and what it asks of inputs. */
export interface ApiModel {
  /** What its SDK client's schemas say. */
  readonly model: ServiceModel;
  readonly router: RestRouter;
  /** What AWS's own model says beyond the schemas. */
  readonly constraints: Constraints;
}

/** Where a service's model comes from. */
export interface ModelSource {
  /** @param service the folder's name */
  load(service: string, definition: ServiceDefinition): Promise<ApiModel>;
}

/** What was read of an SDK's client, which is the same for the life of the process, as the client itself is. */
const READ = new WeakMap<ServiceDefinition['client'], Promise<ApiModel>>();

/** The models of all services, each read when it is first needed and kept, whichever embedded AWS of this process needs it. */
export class ApiModels implements ModelSource {
  /** @param service the folder's name */
  load(service: string, definition: ServiceDefinition): Promise<ApiModel> {
    let found = READ.get(definition.client);
    if (!found) {
      found = readApiModel(service, definition);
      READ.set(definition.client, found);
    }
    return found;
  }
}

/** The models as one account meets them: the first that needs one waits for its turn on the account's clock. */
export class ModelsOnClock implements ModelSource {
  private readonly met = new Map<string, Promise<ApiModel>>();

  constructor(
    private readonly models: ModelSource,
    private readonly clock: Pick<Clock, 'loading'>,
  ) {}

  load(service: string, definition: ServiceDefinition): Promise<ApiModel> {
    let found = this.met.get(service);
    if (!found) {
      found = this.clock.loading(`model of ${service}`, this.models.load(service, definition));
      this.met.set(service, found);
    }
    return found;
  }
}

async function readApiModel(service: string, definition: ServiceDefinition): Promise<ApiModel> {
  const [module, constraints] = await Promise.all([
    definition.client(),
    loadConstraints(service as ConstraintService),
  ]);
  const model = readServiceModel(module);
  return { model, router: makeRestRouter(model), constraints };
}
