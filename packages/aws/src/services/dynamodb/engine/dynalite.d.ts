declare module 'dynalite/db/index.js' {
  /** dynalite's tables in memory. Its members take callbacks. */
  export interface Store {
    readonly tableDb: TableDb;
    readonly db: Level;
    deleteIndexDb(kind: 'Local' | 'Global', table: string, index: string, done: Done): void;
  }

  export type Done<Value = void> = (error: unknown, value: Value) => void;

  /** What dynalite knows of the tables, by their names. */
  export interface TableDb {
    awsRegion: string;
    awsAccountId: string;
    get(name: string, done: Done<Table>): void;
    put(name: string, table: Table, done: Done): void;
  }

  /** A table in the form of DynamoDB's answers. */
  export interface Table {
    TableArn: string;
    TableName: string;
    KeySchema: KeyElement[];
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    LocalSecondaryIndexes?: Index[];
    GlobalSecondaryIndexes?: Index[];
  }

  export interface Index {
    IndexName: string;
    KeySchema: KeyElement[];
  }

  export interface KeyElement {
    AttributeName: string;
  }

  /** Values of attributes, each under the name of its type. */
  export type Item = Record<string, Record<string, unknown>>;

  /** Puts an item into the indexes of a table, in place of what it was. */
  export function updateIndexes(
    store: Store,
    table: Table,
    before: Item | undefined,
    item: Item,
    done: Done,
  ): void;

  /** What the tables are kept in. */
  export interface Level {
    keys(options?: object): LevelIterator;
    values(options?: object): LevelIterator;
    close(callback?: (error?: Error) => void): void;
  }

  export interface LevelIterator {
    next(): Promise<unknown>;
    close(): Promise<void>;
  }

  export function create(options: {
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Store;
}

declare module 'dynalite/validations/index.js' {
  /** The input without what the types do not know. Throws an error with `statusCode` and `body`. */
  export function checkTypes(data: unknown, types: unknown): unknown;
  /** Throws an error with `statusCode` and `body`. */
  export function checkValidations(data: unknown, types: unknown, custom: unknown, store: unknown): void;
}
