import type { Clock } from '../../core/clock';
import { ActionTable, type PublishedAuthorization } from './action-table';

/** Each import by its literal name, so that a bundler finds the files and loads none before it is asked for. */
const TABLES: Readonly<Record<string, () => Promise<{ default: unknown }>>> = {
  apigatewayv2: () => import('../../../data/authorization/apigatewayv2.json'),
  'auto-scaling': () => import('../../../data/authorization/auto-scaling.json'),
  cloudformation: () => import('../../../data/authorization/cloudformation.json'),
  cloudwatch: () => import('../../../data/authorization/cloudwatch.json'),
  'cloudwatch-logs': () => import('../../../data/authorization/cloudwatch-logs.json'),
  dynamodb: () => import('../../../data/authorization/dynamodb.json'),
  ec2: () => import('../../../data/authorization/ec2.json'),
  ecr: () => import('../../../data/authorization/ecr.json'),
  'elastic-load-balancing': () => import('../../../data/authorization/elastic-load-balancing.json'),
  'elastic-load-balancing-v2': () => import('../../../data/authorization/elastic-load-balancing-v2.json'),
  eventbridge: () => import('../../../data/authorization/eventbridge.json'),
  iam: () => import('../../../data/authorization/iam.json'),
  inspector2: () => import('../../../data/authorization/inspector2.json'),
  kms: () => import('../../../data/authorization/kms.json'),
  lambda: () => import('../../../data/authorization/lambda.json'),
  s3: () => import('../../../data/authorization/s3.json'),
  scheduler: () => import('../../../data/authorization/scheduler.json'),
  'secrets-manager': () => import('../../../data/authorization/secrets-manager.json'),
  'service-quotas': () => import('../../../data/authorization/service-quotas.json'),
  sfn: () => import('../../../data/authorization/sfn.json'),
  sns: () => import('../../../data/authorization/sns.json'),
  ssm: () => import('../../../data/authorization/ssm.json'),
  sts: () => import('../../../data/authorization/sts.json'),
};

/** The tables of all services, each read when it is first needed and kept. */
export class ActionTables {
  private readonly loaded = new Map<string, Promise<ActionTable>>();

  constructor(private readonly clock: Pick<Clock, 'loading'>) {}

  /** @param service the folder's name */
  load(service: string): Promise<ActionTable> {
    let found = this.loaded.get(service);
    if (!found) {
      found = this.clock.loading(`actions of ${service}`, readTable(service));
      this.loaded.set(service, found);
    }
    return found;
  }
}

/** What was read of the data, which are the same for the life of the process. */
const READ = new Map<string, Promise<ActionTable>>();

function readTable(service: string): Promise<ActionTable> {
  const found = READ.get(service) ?? parseTable(service);
  READ.set(service, found);
  return found;
}

async function parseTable(service: string): Promise<ActionTable> {
  const table = TABLES[service];
  if (!table) throw new Error(`no actions of ${service} in data/authorization`);
  const { default: data } = await table();
  return new ActionTable(data as PublishedAuthorization);
}
