import {
  type Filter,
  type Image,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import { ec2 } from '../aws';

/** The images of this account in a region that match. */
export async function findImages(Filters: Filter[], region?: string): Promise<Image[]> {
  const found: Image[] = [];
  const input = {
    Owners: ['self'],
    Filters,
    IncludeDeprecated: true,
    IncludeDisabled: true,
    MaxResults: 200,
  };
  for await (const page of paginateDescribeImages({ client: ec2(region) }, input))
    found.push(...(page.Images ?? []));
  return found;
}

/** The snapshots of this account in a region that match. */
export async function findSnapshots(Filters: Filter[], region?: string): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  const input = { OwnerIds: ['self'], Filters, MaxResults: 200 };
  for await (const page of paginateDescribeSnapshots({ client: ec2(region) }, input))
    found.push(...(page.Snapshots ?? []));
  return found;
}
