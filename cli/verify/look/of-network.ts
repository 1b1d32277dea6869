import {
  DescribeInstancesCommand,
  EC2Client,
  paginateDescribeNetworkInterfaces,
  paginateDescribeTags,
} from '@aws-sdk/client-ec2';
import type { ClientSettings } from '../../deploy';
import type { Names } from '../names';

/** What of EC2's carries a tag or a description of a verification, in words: networks, security groups, launch templates, volumes and the like. */
export async function findInEc2(settings: ClientSettings, names: Names): Promise<string[]> {
  const client = new EC2Client(settings);
  const tags = [
    { key: 'kiln:service', values: [names.service] },
    { key: 'kiln:fleet', values: [`${names.fleet}-*`] },
    { key: 'Name', values: [names.fleet, `${names.fleet}-*`] },
    { key: 'aws:cloudformation:stack-name', values: [names.name, names.fleet] },
  ];
  const found = new Map<string, string>();
  for (const { key, values } of tags) {
    const Filters = [
      { Name: 'key', Values: [key] },
      { Name: 'value', Values: values },
    ];
    for await (const page of paginateDescribeTags({ client }, { Filters }))
      for (const { ResourceId = '', ResourceType = '' } of page.Tags ?? [])
        found.set(ResourceId, ResourceType);
  }
  const gone = await terminatedOf(
    client,
    [...found].filter(([, type]) => type === 'instance').map(([id]) => id),
  );
  const words = [...found].filter(([id]) => !gone.has(id)).map(([id, type]) => `${type} ${id}`);
  return [...words, ...(await findInterfaces(client, names, found))];
}

/** Those of the instances that are terminated: EC2 shows them, and their tags, for an hour. */
async function terminatedOf(client: EC2Client, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [...ids] }] }),
  );
  const alive = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== 'terminated',
  );
  const living = new Set(alive.map(({ InstanceId }) => InstanceId));
  return new Set(ids.filter((id) => !living.has(id)));
}

/** Lambda's network interfaces have no tags; they are described by their function. */
async function findInterfaces(
  client: EC2Client,
  { name }: Names,
  known: ReadonlyMap<string, string>,
): Promise<string[]> {
  const Filters = [{ Name: 'description', Values: [`AWS Lambda VPC ENI-${name}-*`] }];
  const found: string[] = [];
  for await (const page of paginateDescribeNetworkInterfaces({ client }, { Filters }))
    found.push(...(page.NetworkInterfaces ?? []).map(({ NetworkInterfaceId = '' }) => NetworkInterfaceId));
  return found.filter((id) => !known.has(id)).map((id) => `network-interface ${id}`);
}
