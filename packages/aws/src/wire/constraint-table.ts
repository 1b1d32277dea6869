/** The services that have a table, each named as its SDK client: `@aws-sdk/client-<name>`. */
export type ConstraintService = keyof typeof TABLES;

/**
 * What AWS's model asks of a value. Bounds are of the number, of the characters of a text, of the bytes of a
 * blob, of the items of a list or a map.
 */
export interface Constraint {
  readonly min?: number;
  readonly max?: number;
  /** A number that Java writes with a decimal point. */
  readonly float?: true;
  /** As AWS writes it, in Java's dialect; the whole value must match. */
  readonly pattern?: string;
  /** In the order in which AWS's messages list them. */
  readonly enum?: readonly string[];
  /** For items: AWS says in the message that none may be null. */
  readonly notNull?: true;
  /** Of the items of a list, the keys and the values of a map: positions in the table. */
  readonly items?: number;
  readonly keys?: number;
  readonly values?: number;
}

/** The constraints of one service, as `scripts/generate-constraints.ts` writes them. */
export interface ConstraintTable {
  readonly service: ConstraintService;
  readonly apiVersion: string;
  /** Where the model came from. */
  readonly model: { readonly commit?: string; readonly date?: string };
  /** Each once; members point at them by position. */
  readonly constraints: readonly Constraint[];
  /** Positions in `constraints`, by structure and by member. */
  readonly members: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Each import by its literal name, so that a bundler finds the files and loads none before it is asked for. */
const TABLES = {
  apigatewayv2: () => import('../../data/constraints/apigatewayv2.json'),
  'auto-scaling': () => import('../../data/constraints/auto-scaling.json'),
  cloudformation: () => import('../../data/constraints/cloudformation.json'),
  cloudwatch: () => import('../../data/constraints/cloudwatch.json'),
  'cloudwatch-logs': () => import('../../data/constraints/cloudwatch-logs.json'),
  dynamodb: () => import('../../data/constraints/dynamodb.json'),
  ec2: () => import('../../data/constraints/ec2.json'),
  ecr: () => import('../../data/constraints/ecr.json'),
  'elastic-load-balancing': () => import('../../data/constraints/elastic-load-balancing.json'),
  'elastic-load-balancing-v2': () => import('../../data/constraints/elastic-load-balancing-v2.json'),
  eventbridge: () => import('../../data/constraints/eventbridge.json'),
  iam: () => import('../../data/constraints/iam.json'),
  inspector2: () => import('../../data/constraints/inspector2.json'),
  kms: () => import('../../data/constraints/kms.json'),
  lambda: () => import('../../data/constraints/lambda.json'),
  s3: () => import('../../data/constraints/s3.json'),
  scheduler: () => import('../../data/constraints/scheduler.json'),
  'secrets-manager': () => import('../../data/constraints/secrets-manager.json'),
  'service-quotas': () => import('../../data/constraints/service-quotas.json'),
  sfn: () => import('../../data/constraints/sfn.json'),
  sns: () => import('../../data/constraints/sns.json'),
  ssm: () => import('../../data/constraints/ssm.json'),
  sts: () => import('../../data/constraints/sts.json'),
} as const satisfies Record<string, () => Promise<{ default: unknown }>>;

export const constraintServices = Object.keys(TABLES) as ConstraintService[];

/** Reads the table of a service. Whoever calls keeps it: nothing is kept here. */
export async function readTable(service: ConstraintService): Promise<ConstraintTable> {
  const { default: table } = await TABLES[service]();
  return table as ConstraintTable;
}
