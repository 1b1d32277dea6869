import {
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Filter,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import type { ClientSettings } from '../../deploy';

/** What is there of EC2's with a tag, by id. */
export interface Tagged {
  readonly instances: readonly string[];
  readonly images: readonly string[];
  readonly snapshots: readonly string[];
}

const ALIVE = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];

/** The instances that are not terminated, the images and the snapshots that carry a tag. */
export async function findTagged(settings: ClientSettings, key: string, value: string): Promise<Tagged> {
  const ec2 = new EC2Client(settings);
  const Filters: Filter[] = [{ Name: `tag:${key}`, Values: [value] }];
  const [{ Images = [] }, { Snapshots = [] }] = await Promise.all([
    ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters })),
    ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters })),
  ]);
  const instances: string[] = [];
  const alive = { Name: 'instance-state-name', Values: ALIVE };
  for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters: [...Filters, alive] }))
    for (const { Instances = [] } of page.Reservations ?? [])
      instances.push(...Instances.map(({ InstanceId = '' }) => InstanceId));
  return {
    instances,
    images: Images.map(({ ImageId = '' }) => ImageId),
    snapshots: Snapshots.map(({ SnapshotId = '' }) => SnapshotId),
  };
}

/** What is there of a build, in words. Servers of its fleets carry its id too; what it made itself has a name that says so. */
export async function findOfBuild(settings: ClientSettings, build: string): Promise<string[]> {
  const { instances, images, snapshots } = await findTagged(settings, 'Name', `kiln-${build}`);
  return [
    ...instances.map((id) => `instance ${id}`),
    ...images.map((id) => `image ${id}`),
    ...snapshots.map((id) => `snapshot ${id}`),
  ];
}
