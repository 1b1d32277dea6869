import type { ServiceDefinition } from '../core/service';
import { readServiceModel, type ServiceModel } from '../core/service-model';
import { makeRestRouter, type RestRouter } from './rest';

/** How a service is spoken to: what its SDK client's schemas say. */
export interface ApiModel {
  readonly model: ServiceModel;
  readonly router: RestRouter;
}

/** The models of all services, each read when it is first needed and kept. */
export class ApiModels {
  private readonly loaded = new Map<ServiceDefinition, Promise<ApiModel>>();

  load(definition: ServiceDefinition): Promise<ApiModel> {
    let found = this.loaded.get(definition);
    if (!found) {
      found = definition.client().then((module) => {
        const model = readServiceModel(module);
        return { model, router: makeRestRouter(model) };
      });
      this.loaded.set(definition, found);
    }
    return found;
  }
}
