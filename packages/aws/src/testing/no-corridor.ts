import { AwsError } from '../core/aws-error';
import type { Context } from '../core/context';
import { type ServiceName, services } from '../services';
import { ApiModels } from '../wire/api-model';

const models = new ApiModels();

/** For a service that a test makes by itself: there is no other to call. */
export const noCorridor: Pick<Context, 'invoke' | 'at' | 'model' | 'state'> = {
  invoke: (_call, service, operation) =>
    Promise.reject(new AwsError('ServiceUnavailable', `there is no ${service} here for ${operation}`, 503)),
  at: (region) => {
    throw new AwsError('InvalidRegion', `there is no region ${region} here`);
  },
  model: (service) =>
    Object.hasOwn(services, service)
      ? models.load(service, services[service as ServiceName]).then(({ model }) => model)
      : undefined,
  state: (service) => {
    throw new Error(`there is no ${service} here`);
  },
};
