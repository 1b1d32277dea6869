/** An AWS service as it is known on the wire. */
export interface CatalogEntry {
  /** The name in the credential scope of a SigV4 signature. */
  readonly signingName: string;
  /** Prefix of `X-Amz-Target`, for the JSON protocols. */
  readonly target?: string;
  /** The version of the API, which forms of the query protocols carry. */
  readonly version?: string;
  /** One state for the whole account instead of one a region. */
  readonly global?: boolean;
  /** The SDK client, whose schemas say how the service is spoken to. */
  readonly load: () => Promise<object>;
}

/** The services of the embedded AWS. */
export const catalog = {
  ec2: { signingName: 'ec2', version: '2016-11-15', load: () => import('@aws-sdk/client-ec2') },
  autoscaling: {
    signingName: 'autoscaling',
    version: '2011-01-01',
    load: () => import('@aws-sdk/client-auto-scaling'),
  },
  elbv2: {
    signingName: 'elasticloadbalancing',
    version: '2015-12-01',
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  },
  states: { signingName: 'states', target: 'AWSStepFunctions', load: () => import('@aws-sdk/client-sfn') },
  dynamodb: {
    signingName: 'dynamodb',
    target: 'DynamoDB_20120810',
    load: () => import('@aws-sdk/client-dynamodb'),
  },
  s3: { signingName: 's3', global: true, load: () => import('@aws-sdk/client-s3') },
  ssm: { signingName: 'ssm', target: 'AmazonSSM', load: () => import('@aws-sdk/client-ssm') },
  sns: { signingName: 'sns', version: '2010-03-31', load: () => import('@aws-sdk/client-sns') },
  sts: { signingName: 'sts', version: '2011-06-15', global: true, load: () => import('@aws-sdk/client-sts') },
  iam: { signingName: 'iam', version: '2010-05-08', global: true, load: () => import('@aws-sdk/client-iam') },
  lambda: { signingName: 'lambda', load: () => import('@aws-sdk/client-lambda') },
  cloudformation: {
    signingName: 'cloudformation',
    version: '2010-05-15',
    load: () => import('@aws-sdk/client-cloudformation'),
  },
  cloudwatch: {
    signingName: 'monitoring',
    version: '2010-08-01',
    target: 'GraniteServiceVersion20100801',
    load: () => import('@aws-sdk/client-cloudwatch'),
  },
  logs: {
    signingName: 'logs',
    target: 'Logs_20140328',
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
  },
  apigateway: { signingName: 'apigateway', load: () => import('@aws-sdk/client-apigatewayv2') },
  scheduler: { signingName: 'scheduler', load: () => import('@aws-sdk/client-scheduler') },
  events: { signingName: 'events', target: 'AWSEvents', load: () => import('@aws-sdk/client-eventbridge') },
} as const satisfies Record<string, CatalogEntry>;

export type ServiceName = keyof typeof catalog;

export const serviceNames = Object.keys(catalog) as ServiceName[];

/** The catalogue as plain entries, for look-ups by name. */
export const entries: Readonly<Record<ServiceName, CatalogEntry>> = catalog;
