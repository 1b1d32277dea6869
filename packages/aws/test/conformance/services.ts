import type { ServiceDefinition } from '../../src/core/service';
import type { OperationModel } from '../../src/core/service-model';
import { type ServiceName, services } from '../../src/services';
import { ApiModels } from '../../src/wire/api-model';
import { readTable } from '../../src/wire/constraint-table';
import { AnswerCheck } from './answers/answer-check';
import { readEnums } from './answers/enums';
import { InputMaker } from './inputs/input-maker';
import { departures } from './known';

/** A service as its model says it is, and what of it the embedded AWS has. */
export interface TestedService {
  readonly name: ServiceName;
  readonly maker: InputMaker;
  readonly check: AnswerCheck;
  /** By name: all of the SDK's. */
  readonly all: ReadonlyMap<string, OperationModel>;
  /** Those that are there, in alphabetical order. */
  readonly there: readonly OperationModel[];
  readonly protocol: string;
}

/** Reads all services. */
export function readServices(): Promise<TestedService[]> {
  const models = new ApiModels();
  return Promise.all((Object.keys(services) as ServiceName[]).map((name) => readService(name, models)));
}

async function readService(name: ServiceName, models: ApiModels): Promise<TestedService> {
  const definition: ServiceDefinition = services[name];
  const { model } = await models.load(name, definition);
  const there = Object.keys(definition.operations)
    .sort()
    .flatMap((operation) => model.operations.get(operation) ?? []);
  const enums = readEnums(name);
  return {
    name,
    maker: new InputMaker(await readTable(name), enums),
    check: new AnswerCheck(enums, departures[name]),
    all: model.operations,
    there,
    protocol: model.protocol,
  };
}
