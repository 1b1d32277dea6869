import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { readOwnJson, writeJson } from '../../../wire/codec';
import type { Engine } from '../engine/engine';
import { failedItem } from '../engine/failed-item';
import { counted } from '../engine/invalid-input';
import type { DynamoDbState } from '../state';
import { nameOf } from '../table-name';

/** An operation that writes one item, which dynalite does wholly itself. */
export function writeInEngine(name: string) {
  return (dynamodb: DynamoDbState, input: object): Promise<never> =>
    callEngine<never>(dynamodb, name, input).catch((error: unknown) => {
      throw error instanceof AwsError ? counted(error) : error;
    });
}

/** An operation that dynalite does wholly itself. */
export function inEngine(name: string) {
  return (dynamodb: DynamoDbState, input: object): Promise<never> => callEngine(dynamodb, name, input);
}

/**
 * Calls an operation of dynalite's: the SDK's input is written as JSON, and dynalite's JSON read as the SDK's output, both by the
 * operation's own schemas, which give the output its type.
 *
 * @throws AwsError with DynamoDB's code
 */
export async function callEngine<Output>(
  { context, engine }: { context: Pick<Context, 'model'>; engine: Pick<Engine, 'call'> },
  name: string,
  input: { readonly TableName?: string | undefined } | object,
): Promise<Output> {
  const model = await context.model('dynamodb');
  const operation = model?.operations.get(name);
  if (!operation) throw new Error(`DynamoDB has no operation ${name}`);
  const request = JSON.parse(writeJson(operation.input, withTableName(input), false)) as object;
  try {
    const answer = await engine.call(name, request);
    return (operation.output.isUnitSchema() ? {} : readOwnJson(operation.output, answer)) as Output;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const Item = await failedItem(engine, error.code, request as never);
    if (Item === undefined) throw error;
    throw new AwsError(error.code, error.message, error.status, { ...error.details, Item });
  }
}

/** Tables may be named by ARN, which dynalite does not know. */
function withTableName(input: { readonly TableName?: string | undefined }): object {
  return input.TableName === undefined ? input : { ...input, TableName: nameOf(input.TableName) };
}
