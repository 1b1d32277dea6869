import {
  type Filter,
  type Image,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import { ec2 } from '../aws/ec2';
import { ImageFailed } from '../errors';

/** As many values as EC2 takes in one filter. See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
const VALUES_A_FILTER = 200;

/** The images of this account in a region that match. */
export async function findImages(filters: Filter[], region?: string): Promise<Image[]> {
  const found: Image[] = [];
  const input = { Owners: ['self'], IncludeDeprecated: true, IncludeDisabled: true, MaxResults: 200 };
  for (const Filters of splitFilters(filters))
    for await (const page of paginateDescribeImages({ client: ec2(region) }, { ...input, Filters }))
      found.push(...(page.Images ?? []));
  return found;
}

/**
 * Looks whether an image of this account is there, and servers can be launched from it.
 *
 * @throws ImageFailed if not
 */
export async function checkAvailable(id: string): Promise<void> {
  const [image] = await findImages([{ Name: 'image-id', Values: [id] }]);
  if (image?.State === 'available') return;
  const what = image ? `is ${image.State}` : 'is gone: somebody has deregistered it';
  throw new ImageFailed(`The image ${id} ${what}. No further server could be launched from it.`);
}

/** The snapshots of this account in a region that match. */
export async function findSnapshots(filters: Filter[], region?: string): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  const input = { OwnerIds: ['self'], MaxResults: 200 };
  for (const Filters of splitFilters(filters))
    for await (const page of paginateDescribeSnapshots({ client: ec2(region) }, { ...input, Filters }))
      found.push(...(page.Snapshots ?? []));
  return found;
}

/**
 * Filters as EC2 takes them, one set a call: one of more values than that is split. What matches one value of a filter and one of each
 * other, which is all that a call finds, is found by exactly one of the calls.
 */
export function splitFilters(filters: readonly Filter[]): Filter[][] {
  return filters.reduce<Filter[][]>(
    (calls, filter) => calls.flatMap((call) => split(filter).map((part) => [...call, part])),
    [[]],
  );
}

function split(filter: Filter): Filter[] {
  const values = filter.Values ?? [];
  if (values.length <= VALUES_A_FILTER) return [filter];
  const parts = Array.from({ length: Math.ceil(values.length / VALUES_A_FILTER) }, (_, at) =>
    values.slice(at * VALUES_A_FILTER, (at + 1) * VALUES_A_FILTER),
  );
  return parts.map((Values) => ({ ...filter, Values }));
}
