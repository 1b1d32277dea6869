declare module 'dynalite/db/index.js' {
  /** dynalite's tables in memory. Its members take callbacks. */
  export interface Store {
    readonly tableDb: { awsRegion: string; awsAccountId: string };
    readonly db: Level;
  }

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
