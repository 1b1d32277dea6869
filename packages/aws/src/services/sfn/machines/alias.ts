/** A name that stands for a version of a state machine, or for two of them by weight. */
export interface Alias {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  updatedAt: Date;
  description?: string;
  routing: readonly Route[];
}

/** A version to which an alias leads. */
export interface Route {
  readonly versionArn: string;
  /** Percent of the executions. */
  readonly weight: number;
}
