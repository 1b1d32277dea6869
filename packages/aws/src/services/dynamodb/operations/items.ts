import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import { type OperationModel, readServiceModel, type ServiceModel } from '../../../core/service-model';
import { readJson, writeJson } from '../../../wire/codec';
import type { Engine } from '../engine/engine';
import { failedItem } from '../engine/failed-item';
import { nameOf } from '../table-settings';

type Client = typeof import('@aws-sdk/client-dynamodb');

/** The operations that dynalite does itself, from the SDK's input to the SDK's output. */
export class ItemEngine {
  private model?: Promise<ServiceModel>;

  constructor(private readonly engine: Engine) {}

  /** @throws AwsError with DynamoDB's code */
  async run(name: string, input: { readonly TableName?: string | undefined }): Promise<object> {
    const operation = await this.find(name);
    // Tables may be named by ARN, which dynalite does not know.
    const named = input.TableName === undefined ? input : { ...input, TableName: nameOf(input.TableName) };
    const body = writeJson(operation.input, named, false);
    const answer = await this.engine.send(name, body);
    if (answer.status === 200)
      return (await readJson(operation.output, Buffer.from(answer.body), false)) as object;
    const refusal = JSON.parse(answer.body || '{}') as Record<string, unknown>;
    const { __type = 'InternalServerError', message, Message, ...details } = refusal;
    const code = String(__type).replace(/^.*#/, '');
    const item = await failedItem(this.engine, code, JSON.parse(body) as never);
    throw new AwsError(code, String(message ?? Message ?? ''), answer.status, {
      ...details,
      ...(item !== undefined && { Item: item }),
    });
  }

  private async find(name: string): Promise<OperationModel> {
    this.model ??= import('@aws-sdk/client-dynamodb').then(readServiceModel);
    const operation = (await this.model).operations.get(name);
    if (!operation) throw new Error(`DynamoDB has no operation ${name}`);
    return operation;
  }
}

/** The operations on items, and the list of tables. */
export function itemOperations(items: ItemEngine) {
  const run = (name: string) => (input: object) => items.run(name, input) as Promise<never>;
  return {
    BatchGetItem: run('BatchGetItem'),
    BatchWriteItem: run('BatchWriteItem'),
    DeleteItem: run('DeleteItem'),
    GetItem: run('GetItem'),
    ListTables: run('ListTables'),
    PutItem: run('PutItem'),
    Query: run('Query'),
    Scan: run('Scan'),
    UpdateItem: run('UpdateItem'),
  } satisfies OperationsOf<Client>;
}
