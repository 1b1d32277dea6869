import type { DynamoDBDocumentClient, TranslateConfig } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

type Values = Record<string, unknown>;

/** What dynalite gives: an answer, or an error of DynamoDB's with its body. */
type Done = (error: { body?: ErrorBody } | null, output?: Values) => void;
type Act = (store: unknown, input: unknown, done: Done) => void;

interface ErrorBody {
  readonly __type: string;
  readonly message?: string;
  readonly Message?: string;
}

// It has no types.
const { create } = jest.requireActual<{ create: (options: object) => { db: { close: () => void } } }>(
  'dynalite/db',
);
const { checkTypes, checkValidations } = jest.requireActual<{
  checkTypes: (input: unknown, types: unknown) => unknown;
  checkValidations: (input: unknown, types: unknown, custom: unknown, store: unknown) => void;
}>('dynalite/validations');

/** A command of the document client, as far as it is read here. */
interface DocumentCommand {
  readonly input: Values;
  readonly constructor: { readonly name: string };
}

const ITEMS_IN = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey'];
const ITEMS_OUT = ['Item', 'Attributes', 'LastEvaluatedKey'];

/**
 * DynamoDB as dynalite plays it, called in this process: what dynalite is given and answers is what it would be over HTTP, without
 * sockets, signatures and the SDK's own work, which take most of the time of a call.
 */
export class Dynalite {
  private readonly store = create({ createTableMs: 0, deleteTableMs: 0 });

  /** Has the commands of a document client answered here. */
  serve(client: DynamoDBDocumentClient): void {
    const { translateConfig = {} } = client.config as { translateConfig?: TranslateConfig };
    const send = async (command: DocumentCommand) => {
      const { name } = command.constructor;
      const operation = name.replace(/Command$/, '').replace(/^(Get|Put|Update|Delete)$/, '$1Item');
      const output = await this.call(operation, marshallItems(command.input, translateConfig));
      return unmarshallItems(output, translateConfig);
    };
    Object.assign(client, { send });
  }

  /**
   * Calls an operation, with input and output as they are in JSON.
   *
   * @throws Error with the name of DynamoDB's, as the SDK throws them
   */
  call(operation: string, input: Values): Promise<Values> {
    const file = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
    const act = jest.requireActual<Act>(`dynalite/actions/${file}`);
    const { types, custom } = jest.requireActual<{ types: unknown; custom: unknown }>(
      `dynalite/validations/${file}`,
    );
    // What is kept must not change with what it was made of, nor what is answered with what is kept.
    const copy = (values: Values) => JSON.parse(JSON.stringify(values)) as Values;
    return new Promise((resolve, reject) => {
      const done: Done = (error, output = {}) => {
        if (error) reject(error.body ? errorOf(error.body) : error);
        else resolve(copy(output));
      };
      try {
        const checked = checkTypes(copy(input), types);
        checkValidations(checked, types, custom, this.store);
        act(this.store, checked, done);
      } catch (error) {
        done(error as { body?: ErrorBody });
      }
    });
  }

  close(): void {
    this.store.db.close();
  }
}

function marshallItems(input: Values, { marshallOptions = {} }: TranslateConfig): Values {
  const items = ITEMS_IN.filter((name) => input[name] !== undefined);
  return {
    ...input,
    ...Object.fromEntries(items.map((name) => [name, marshall(input[name] as Values, marshallOptions)])),
  };
}

function unmarshallItems(output: Values, { unmarshallOptions = {} }: TranslateConfig): Values {
  const read = (item: unknown) => unmarshall(item as Parameters<typeof unmarshall>[0], unmarshallOptions);
  const items = ITEMS_OUT.filter((name) => output[name] !== undefined);
  return {
    ...output,
    ...Object.fromEntries(items.map((name) => [name, read(output[name])])),
    ...(Array.isArray(output.Items) && { Items: output.Items.map(read) }),
  };
}

function errorOf({ __type, message, Message }: ErrorBody): Error {
  return Object.assign(new Error(message ?? Message), { name: __type.replace(/^.*#/, '') });
}
