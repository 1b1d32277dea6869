import { setTimeout as pause } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  EC2Client,
  type EC2ClientConfig,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeSnapshots,
} from '@aws-sdk/client-ec2';
import { paginateListExecutions, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import { keyOfRecord } from '../src/build/record';
import { loadPipelines } from '../src/pipeline/load';

/** How a removal speaks to AWS and to people. */
export interface Removal {
  /** Credentials and the like of whoever removes the service. */
  readonly config: EC2ClientConfig;
  readonly region: string;
  readonly stack: string;
  readonly stage: string;
  /** Where there are pipelines. */
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** What of a deployment its removal must know. */
export interface Deployed {
  readonly service: string;
  readonly table: string;
  readonly bucket: string;
  readonly stateMachine: string;
}

const POLL_MILLISECONDS = 3_000;
const SAID_MILLISECONDS = 60_000;
/** A group that is brought back to its old version takes its time. */
const PATIENCE_MILLISECONDS = 60 * 60_000;

/** Reads what the stack says of itself. Undefined where there is no such stack, or none that was ever whole. */
export async function findDeployed({ config, region, stack }: Removal): Promise<Deployed | undefined> {
  const client = new CloudFormationClient({ ...config, region });
  const { Stacks: [found] = [] } = await client
    .send(new DescribeStacksCommand({ StackName: stack }))
    .catch((error: Error) => {
      if (error.name === 'ValidationError') return { Stacks: [] };
      throw error;
    });
  const outputs = new Map(found?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const [stateMachine, table, bucket] = ['StateMachineArn', 'TableName', 'ArtifactsBucket'].map((key) =>
    outputs.get(key),
  );
  return stateMachine && table && bucket
    ? { service: `${stack}@${region}`, table, bucket, stateMachine }
    : undefined;
}

/**
 * Ends the builds of a service that is to be removed, and waits until what they made is undone: without the service nobody would do that,
 * and a base instance would run for ever. A build that waits in the queue begins when the one before it ends, and is ended too.
 *
 * @throws if something is left after an hour, with what that is: then the service must stay
 */
export async function endAllBuilds(removal: Removal, deployed: Deployed): Promise<void> {
  const { config, region, say } = removal;
  const states = new SFNClient({ ...config, region });
  const began = Date.now();
  const stopped = new Set<string>();
  for (let saidAt = 0; ; ) {
    // Each time: a build may fail, or be about to hold its server, while others are stopped.
    await endHolds(removal, deployed);
    for (const executionArn of await findRunning(states, deployed)) {
      const build = executionArn.split(':').at(-1) ?? '';
      if (!stopped.has(build)) say(`Build ${build} runs: it is stopped, and what it made is undone.`);
      stopped.add(build);
      await states.send(
        new StopExecutionCommand({ executionArn, error: 'Removed', cause: 'The service is being removed.' }),
      );
    }
    const left = await findLeft(removal, deployed);
    if (left.length === 0) return;
    if (Date.now() - began > PATIENCE_MILLISECONDS)
      throw new Error(
        `The service is not removed: after an hour there is still ${left.join(', ')}. Without the service nobody would undo that. Look at the logs of cleanUp and tidyUp, and try again.`,
      );
    if (Date.now() - saidAt > SAID_MILLISECONDS) {
      say(`Waiting until it is undone: ${left.join(', ')}.`);
      saidAt = Date.now();
    }
    await pause(POLL_MILLISECONDS);
  }
}

/** Servers of failed builds that are held for people: without the service nobody would take them. */
async function endHolds(removal: Removal, deployed: Deployed): Promise<void> {
  const { config, region, say } = removal;
  const client = new DynamoDBClient({ ...(config as object), region });
  for (const build of await listPartition(removal, deployed, 'OUTBOX')) {
    const { pk, sk } = keyOfRecord(build);
    const change = (condition: string, update: string, names: Record<string, string>) =>
      client
        .send(
          new UpdateItemCommand({
            TableName: deployed.table,
            Key: { pk: { S: pk }, sk: { S: sk } },
            ConditionExpression: condition,
            UpdateExpression: update,
            ExpressionAttributeNames: names,
            ...(update.includes(':now') && {
              ExpressionAttributeValues: { ':now': { S: new Date().toISOString() } },
            }),
          }),
        )
        .then(
          () => true,
          (error: Error) => {
            if (error.name === 'ConditionalCheckFailedException') return false;
            throw error;
          },
        );
    // From now on none is held, and none that is stays.
    await change('attribute_exists(#for)', 'REMOVE #for', { '#for': 'holdServerFor' });
    const names = { '#held': 'heldServer', '#until': 'until' };
    const isTaken = await change('#held.#until > :now', 'SET #held.#until = :now', names);
    if (isTaken) say(`The server that is held for people since build ${build} failed is taken now.`);
  }
}

async function findRunning(client: SFNClient, { stateMachine }: Deployed): Promise<string[]> {
  const found: string[] = [];
  const pages = paginateListExecutions(
    { client },
    { stateMachineArn: stateMachine, statusFilter: 'RUNNING' },
  );
  for await (const { executions = [] } of pages)
    found.push(...executions.flatMap(({ executionArn }) => executionArn ?? []));
  return found;
}

/** What builds have not given back: those that are open, those of which something is still to be undone, and instances. */
async function findLeft(removal: Removal, deployed: Deployed): Promise<string[]> {
  const [open, outbox, instances] = await Promise.all([
    listPartition(removal, deployed, 'OPEN'),
    listPartition(removal, deployed, 'OUTBOX'),
    findInstances(removal, deployed),
  ]);
  const builds = new Set([...open, ...outbox.map((key) => key.split('#')[0])]);
  return [...[...builds].map((build) => `build ${build}`), ...instances.map((id) => `instance ${id}`)];
}

async function listPartition(
  { config, region }: Removal,
  { table }: Deployed,
  partition: string,
): Promise<string[]> {
  const client = new DynamoDBClient({ ...(config as object), region });
  const found: string[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':pk': { S: partition } },
    },
  );
  for await (const { Items = [] } of pages) found.push(...Items.flatMap(({ sk }) => sk?.S ?? []));
  return found;
}

const tagged = (service: string) => ({ Name: 'tag:kiln:service', Values: [service] });
const ALIVE = {
  Name: 'instance-state-name',
  Values: ['pending', 'running', 'stopping', 'stopped'],
};

/** Instances of builds. Servers of fleets do not have the tag. */
async function findInstances({ config, region }: Removal, { service }: Deployed): Promise<string[]> {
  const client = new EC2Client({ ...config, region });
  const found: string[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances(
    { client },
    { Filters: [tagged(service), ALIVE] },
  ))
    found.push(
      ...Reservations.flatMap(({ Instances = [] }) =>
        Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      ),
    );
  return found;
}

/** What is kept of a service that is removed, a line each. */
export async function describeKept(removal: Removal, deployed: Deployed): Promise<string[]> {
  const { region, stage, folder } = removal;
  const { service, table, bucket } = deployed;
  const pipelines = await loadPipelines(folder, stage);
  const copies = pipelines.flatMap(({ definition }) => definition.image.copyTo);
  const lines = [
    `the table ${table}, with the records of all builds`,
    `the bucket ${bucket}, with the archives of sites`,
  ];
  for (const place of new Set([region, ...copies]))
    lines.push(...(await describeImages(removal, service, place)));
  const parameters = await findParameters(removal, service);
  if (parameters.length > 0) lines.push(`the SSM parameters ${parameters.join(', ')}, which name images`);
  return [
    ...lines,
    'launch template versions that name these images, and the SSM parameters that kiln push wrote',
  ];
}

/** Those that name images, also of pipelines that were pushed. */
async function findParameters({ config, region }: Removal, service: string): Promise<string[]> {
  const client = new SSMClient({ ...(config as object), region });
  const ParameterFilters = [{ Key: 'tag:kiln:service', Option: 'Equals', Values: [service] }];
  const found: string[] = [];
  for await (const { Parameters = [] } of paginateDescribeParameters({ client }, { ParameterFilters }))
    found.push(...Parameters.flatMap(({ Name = [] }) => Name));
  return found.sort();
}

async function describeImages({ config }: Removal, service: string, region: string): Promise<string[]> {
  const client = new EC2Client({ ...config, region });
  const Filters = [tagged(service)];
  const images: string[] = [];
  for await (const page of paginateDescribeImages(
    { client },
    { Owners: ['self'], Filters, IncludeDeprecated: true, IncludeDisabled: true },
  ))
    images.push(...(page.Images ?? []).flatMap(({ ImageId }) => ImageId ?? []));
  let snapshots = 0;
  for await (const page of paginateDescribeSnapshots({ client }, { OwnerIds: ['self'], Filters }))
    snapshots += page.Snapshots?.length ?? 0;
  if (images.length + snapshots === 0) return [];
  return [`in ${region} the images ${images.sort().join(', ') || '(none)'} with ${snapshots} snapshots`];
}
