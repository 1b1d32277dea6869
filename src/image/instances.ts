import {
  type Filter,
  type Instance,
  paginateDescribeInstances,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { ec2 } from '../aws/ec2';
import { isAwsError } from '../aws/error';
import { clientToken } from '../build/id';
import { closeStage } from '../build/stages';
import { BuildState } from '../build/state';
import { byService, byTag, tagOf } from '../tags';
import { splitFilters } from './find';

/** What an instance of a build is for: `base` becomes the image, `test` boots it. */
export const PURPOSES = ['base', 'test'] as const;
export type Purpose = (typeof PURPOSES)[number];

export const TerminateInstanceInput = BuildState.extend({
  purpose: z.enum(PURPOSES),
  /** Of the test: when it was launched and found healthy, which the probe cannot write itself. */
  probed: z.object({ launchedAt: z.number(), healthyAt: z.number() }).optional(),
});

const ALIVE = ['pending', 'running', 'stopping', 'stopped'];

/** Terminates the instances of a build that served one purpose. They are found by their tags, so none is missed. */
export async function terminateInstance(input: z.infer<typeof TerminateInstanceInput>): Promise<void> {
  const { build, purpose, probed } = input;
  if (probed)
    await closeStage(build.id, 'AwaitHealthyTest', 'succeeded', probed.launchedAt, probed.healthyAt);
  await terminateInstances(await findInstances(build.id, purpose));
}

/** The client token with which a build launches an instance. EC2 keeps it: nobody else's instance has it, whatever its tags say. */
export function launchToken(build: string, purpose: Purpose, subnet: string): string {
  return clientToken(build, purpose, subnet);
}

/** The instances that a build launched and that are not terminated; for all purposes unless one is named. */
export async function findInstances(build: string, purpose?: Purpose): Promise<Instance[]> {
  const tagged = await describeAlive([
    byService(),
    byTag('kiln:build', build),
    ...(purpose ? [byTag('kiln:purpose', purpose)] : []),
  ]);
  return tagged.filter((instance) => isLaunchedBy(build, instance));
}

/** All instances that match and are not terminated, whoever launched them. */
export function findLiving(filters: Filter[], region?: string): Promise<Instance[]> {
  return describeAlive(filters, region);
}

/** All instances that builds launched and that are not terminated. */
export async function findAllInstances(): Promise<Instance[]> {
  const tagged = await describeAlive([byService(), { Name: 'tag-key', Values: ['kiln:build'] }]);
  return tagged.filter((instance) => isLaunchedBy(tagOf(instance, 'kiln:build') ?? '', instance));
}

/** Tags alone say nothing: people's tools copy those of an image to the servers that run it. */
export function isLaunchedBy(build: string, { ClientToken, SubnetId = '' }: Instance): boolean {
  return PURPOSES.some((purpose) => ClientToken === launchToken(build, purpose, SubnetId));
}

/** Those of the images that a server runs, whoever launched it. */
export async function findImagesThatRun(imageIds: string[], region?: string): Promise<Set<string>> {
  const run = new Set<string>();
  if (imageIds.length === 0) return run;
  const servers = await describeAlive([{ Name: 'image-id', Values: imageIds }], region);
  for (const { ImageId = '' } of servers) run.add(ImageId);
  return run;
}

/** The private addresses of instances by their ids. One that is gone has none. */
export async function describeAddresses(ids: string[]): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  if (ids.length === 0) return addresses;
  for (const { InstanceId = '', PrivateIpAddress } of await describeAlive([
    { Name: 'instance-id', Values: ids },
  ]))
    if (PrivateIpAddress) addresses.set(InstanceId, PrivateIpAddress);
  return addresses;
}

/** Instances by their ids. One that EC2 does not know is left out. */
export async function describeInstances(ids: readonly string[]): Promise<Map<string, Instance>> {
  if (ids.length === 0) return new Map();
  const found = await describe([{ Name: 'instance-id', Values: [...ids] }]);
  return new Map(found.map((instance) => [instance.InstanceId ?? '', instance]));
}

/** An instance as EC2 knows it, terminated or not. EC2 may not list it at once after it was launched, nor an hour after its end. */
export async function findInstance(id: string): Promise<Instance | undefined> {
  // By a filter, because an unknown id would fail the call.
  return (await describe([{ Name: 'instance-id', Values: [id] }])).at(0);
}

function describeAlive(filters: Filter[], region?: string): Promise<Instance[]> {
  return describe([...filters, { Name: 'instance-state-name', Values: ALIVE }], region);
}

async function describe(filters: Filter[], region?: string): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const Filters of splitFilters(filters)) {
    const pages = paginateDescribeInstances({ client: ec2(region) }, { Filters, MaxResults: 100 });
    for await (const { Reservations = [] } of pages)
      for (const { Instances = [] } of Reservations) found.push(...Instances);
  }
  return found;
}

/** Terminates instances. One that is gone already is no error. */
export async function terminateInstances(instances: Instance[]): Promise<void> {
  const InstanceIds = instances.flatMap(({ InstanceId }) => InstanceId ?? []);
  if (InstanceIds.length === 0) return;
  try {
    await ec2().send(new TerminateInstancesCommand({ InstanceIds }));
  } catch (error) {
    if (!isAwsError(error, 'InvalidInstanceID.NotFound')) throw error;
    if (InstanceIds.length === 1) return;
    // One id that is gone makes EC2 refuse them all.
    for (const instance of instances) await terminateInstances([instance]);
  }
}
