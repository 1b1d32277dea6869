import { type ServiceName, services } from '../../src/services';
import { type NewRegion, newRegion } from '../../src/testing/region';
import type { Amount } from './inputs/input-maker';
import { readServices, type TestedService } from './services';
import { Trial, type Tried } from './trial';

export const serviceNames = Object.keys(services) as ServiceName[];

/** For a test file: an account of its own, made before the tests and ended after them. */
export function inOneAccount(): { runAll(name: ServiceName, amount: Amount): Promise<Tried[]> } {
  let region: NewRegion;
  let tested: TestedService[];
  let trial: Trial;
  beforeAll(async () => {
    region = await newRegion();
    tested = await readServices();
    trial = new Trial(region, tested);
  });
  afterAll(async () => {
    await trial[Symbol.asyncDispose]();
    await region[Symbol.asyncDispose]();
  });
  return {
    async runAll(name, amount) {
      const service = tested.find((one) => one.name === name);
      const all: Tried[] = [];
      if (service)
        for (const operation of service.there) all.push(await trial.run(service, operation, amount));
      return all;
    },
  };
}
