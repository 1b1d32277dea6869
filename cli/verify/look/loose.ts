import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteTableCommand,
  DynamoDBClient,
  paginateListTables,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListBuckets,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { DeleteParameterCommand, paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientSettings } from '../../deploy';
import type { Names } from '../names';
import { findTagged } from './of-build';

/** A kind of thing that no stack takes away, or may leave: made by builds and functions, or kept on purpose. */
export interface Loose {
  readonly kind: string;
  find(settings: ClientSettings, names: Names): Promise<readonly string[]>;
  remove(settings: ClientSettings, id: string): Promise<unknown>;
}

const tagged = (settings: ClientSettings, { service }: Names) =>
  findTagged(settings, 'kiln:service', service);

export const instances: Loose = {
  kind: 'instance',
  find: async (settings, names) => (await tagged(settings, names)).instances,
  remove: (settings, id) =>
    new EC2Client(settings).send(new TerminateInstancesCommand({ InstanceIds: [id] })),
};

export const images: Loose = {
  kind: 'image',
  find: async (settings, names) => (await tagged(settings, names)).images,
  remove: (settings, ImageId) => new EC2Client(settings).send(new DeregisterImageCommand({ ImageId })),
};

export const snapshots: Loose = {
  kind: 'snapshot',
  find: async (settings, names) => (await tagged(settings, names)).snapshots,
  remove: (settings, SnapshotId) => new EC2Client(settings).send(new DeleteSnapshotCommand({ SnapshotId })),
};

export const tables: Loose = {
  kind: 'table',
  async find(settings, { name }) {
    const found: string[] = [];
    for await (const { TableNames = [] } of paginateListTables({ client: new DynamoDBClient(settings) }, {}))
      found.push(...TableNames.filter((table) => table.startsWith(`${name}-`)));
    return found;
  },
  async remove(settings, TableName) {
    const client = new DynamoDBClient(settings);
    // A table that is deleted while it can be recovered leaves a backup for 35 days.
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: false };
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    await client.send(new DeleteTableCommand({ TableName }));
  },
};

export const buckets: Loose = {
  kind: 'bucket',
  async find(settings, { name }) {
    const found: string[] = [];
    for await (const { Buckets = [] } of paginateListBuckets({ client: new S3Client(settings) }, {}))
      found.push(...Buckets.map(({ Name = '' }) => Name).filter((bucket) => bucket.startsWith(`${name}-`)));
    return found;
  },
  async remove(settings, Bucket) {
    await emptyBucket(settings, Bucket);
    await new S3Client({ ...settings, forcePathStyle: true }).send(new DeleteBucketCommand({ Bucket }));
  },
};

/** Takes all objects out of a bucket that has no versions. */
export async function emptyBucket(settings: ClientSettings, Bucket: string): Promise<void> {
  const client = new S3Client({ ...settings, forcePathStyle: true });
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    const Objects = Contents.map(({ Key = '' }) => ({ Key }));
    if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
}

export const parameters: Loose = {
  kind: 'parameter',
  async find(settings, { root, fleet }) {
    const Values = [`${root}/`, `/kiln/fleets/${fleet}-`];
    const ParameterFilters = [{ Key: 'Name', Option: 'BeginsWith', Values }];
    const found: string[] = [];
    for await (const page of paginateDescribeParameters(
      { client: new SSMClient(settings) },
      { ParameterFilters },
    ))
      found.push(...(page.Parameters ?? []).map(({ Name = '' }) => Name));
    return found;
  },
  remove: (settings, Name) => new SSMClient(settings).send(new DeleteParameterCommand({ Name })),
};

export const logGroups: Loose = {
  kind: 'log group',
  async find(settings, { name }) {
    const client = new CloudWatchLogsClient(settings);
    const found: string[] = [];
    for (const logGroupNamePrefix of [`/aws/lambda/${name}-`, `/aws/http-api/${name}`])
      for await (const { logGroups: groups = [] } of paginateDescribeLogGroups(
        { client },
        { logGroupNamePrefix },
      ))
        found.push(...groups.map(({ logGroupName = '' }) => logGroupName));
    return found;
  },
  remove: (settings, logGroupName) =>
    new CloudWatchLogsClient(settings).send(new DeleteLogGroupCommand({ logGroupName })),
};
