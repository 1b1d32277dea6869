import type { AutoScalingGroup, Instance, InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import {
  DescribeLaunchTemplatesCommand,
  type Instance as Ec2Instance,
  type Image,
  type LaunchTemplate,
} from '@aws-sdk/client-ec2';
import { GetParametersCommand } from '@aws-sdk/client-ssm';
import pLimit from 'p-limit';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { ssm } from '../../aws/ssm';
import { isBuildId } from '../../build/id';
import type { Unmade } from '../../build/plan/unmade';
import { type BuildRecord, findRecord, imageOf } from '../../build/record';
import { findImages } from '../../image/find';
import { describeInstances } from '../../image/instances';
import { ownService, SERVICE_TAG, tagOf } from '../../tags';
import { describeGroups, describeWarmPool } from '../groups';
import { findActiveRefresh } from '../refresh';
import { specificationsOf } from '../version/configuration';
import type { Wish } from './wanted';

/** What AWS says of groups and of all that their servers come from. What it denies an answer to is undefined. */
export interface Facts {
  groups: ReadonlyMap<string, AutoScalingGroup> | undefined;
  /** By group: what waits in its warm pool. */
  pools: ReadonlyMap<string, Instance[]>;
  /** By group: the refresh that runs. */
  refreshes: ReadonlyMap<string, InstanceRefresh>;
  /** By id. */
  servers: ReadonlyMap<string, Ec2Instance> | undefined;
  /** By id. */
  templates: ReadonlyMap<string, LaunchTemplate> | undefined;
  /** By id: those of this account that are there. */
  images: ReadonlyMap<string, Image> | undefined;
  /** By the id of an image: the record of the build that provably made it. */
  makers: ReadonlyMap<string, BuildRecord>;
  /** By name: what SSM parameters say. */
  parameters: ReadonlyMap<string, string> | undefined;
}

/** Auto Scaling tells the refreshes of one group a call, and its warm pool. */
const AT_ONCE = 10;

/**
 * Reads all of groups, in one request of each kind where AWS takes them together.
 *
 * @param names of the groups
 * @param wish what should run: its templates and images are read too
 * @param parameters the names of SSM parameters that are to name images
 * @param unmade is told what AWS denies an answer to
 */
export async function readFacts(
  names: readonly string[],
  wish: Wish,
  parameters: readonly string[],
  unmade: Unmade,
): Promise<Facts> {
  const ask = unmade.unlessDenied.bind(unmade);
  const groups = await ask('the groups have the right servers', () => describeGroups([...names]));
  const there = [...(groups?.values() ?? [])];
  const wanted = names.flatMap((name) => wish.groups.get(name) ?? []);
  const [pools, refreshes, templates, named] = await Promise.all([
    ask('servers wait in warm pools', () => ofEach(there, describeWarmPool)),
    ask('refreshes run', () =>
      ofEach(there, ({ AutoScalingGroupName = '' }) => findActiveRefresh(AutoScalingGroupName)),
    ),
    ask('default versions have moved', () =>
      describeTemplates([
        ...there.flatMap(specificationsOf).flatMap(({ LaunchTemplateId }) => LaunchTemplateId ?? []),
        ...wanted.flatMap(({ rollout: { launchTemplateId, others = [] } }) => [
          launchTemplateId,
          ...others.map((one) => one.launchTemplateId),
        ]),
      ]),
    ),
    ask('SSM parameters have moved', () => readParameters(parameters)),
  ]);
  const ids = [...there.flatMap(({ Instances = [] }) => Instances), ...[...(pools?.values() ?? [])].flat()];
  const servers = await ask('servers run the right images', () =>
    describeInstances(ids.flatMap(({ InstanceId }) => InstanceId ?? [])),
  );
  const imageIds = new Set([
    ...[...(servers?.values() ?? [])].flatMap(({ ImageId }) => ImageId ?? []),
    ...wanted.flatMap(({ record }) => imageOf(record) ?? []),
  ]);
  const images = await ask('images are there, and whose they are', () => describeImages([...imageIds]));
  return {
    ...{ groups, servers, templates, images, parameters: named },
    pools: pools ?? new Map(),
    refreshes: refreshes ?? new Map(),
    makers: await findMakers([...(images?.values() ?? [])]),
  };
}

async function ofEach<Found>(
  groups: readonly AutoScalingGroup[],
  ask: (group: AutoScalingGroup) => Promise<Found | undefined>,
): Promise<Map<string, Found>> {
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(
    groups.map((group) => limit(async () => [group.AutoScalingGroupName ?? '', await ask(group)] as const)),
  );
  return new Map(found.flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])));
}

/** As many as EC2 describes in one call. */
const TEMPLATES_A_CALL = 200;

/** Launch templates by their ids. One that is gone is left out: EC2 refuses the whole call for it, so each is asked for alone then. */
async function describeTemplates(ids: readonly string[]): Promise<Map<string, LaunchTemplate>> {
  const distinct = [...new Set(ids)];
  const found: LaunchTemplate[] = [];
  for (let at = 0; at < distinct.length; at += TEMPLATES_A_CALL)
    found.push(...(await describeSome(distinct.slice(at, at + TEMPLATES_A_CALL))));
  return new Map(found.map((template) => [template.LaunchTemplateId ?? '', template]));
}

async function describeSome(LaunchTemplateIds: string[]): Promise<LaunchTemplate[]> {
  try {
    const { LaunchTemplates = [] } = await ec2().send(
      new DescribeLaunchTemplatesCommand({ LaunchTemplateIds }),
    );
    return LaunchTemplates;
  } catch (error) {
    if (!isAwsError(error, 'InvalidLaunchTemplateId.NotFound')) throw error;
    if (LaunchTemplateIds.length <= 1) return [];
    const limit = pLimit(AT_ONCE);
    const found = LaunchTemplateIds.map((id) => limit(() => describeSome([id])));
    return (await Promise.all(found)).flat();
  }
}

async function describeImages(ids: readonly string[]): Promise<Map<string, Image>> {
  if (ids.length === 0) return new Map();
  const found = await findImages([{ Name: 'image-id', Values: [...ids] }]);
  return new Map(found.map((image) => [image.ImageId ?? '', image]));
}

/** Tags alone say nothing: people's tools copy them. The record of the build must name the image. */
async function findMakers(images: readonly Image[]): Promise<Map<string, BuildRecord>> {
  const limit = pLimit(AT_ONCE);
  const own = images.filter((image) => tagOf(image, SERVICE_TAG) === ownService());
  const found = own.map((image) =>
    limit(async () => {
      const build = tagOf(image, 'kiln:build') ?? '';
      return [image.ImageId ?? '', isBuildId(build) ? await findRecord(build) : undefined] as const;
    }),
  );
  const records = await Promise.all(found);
  return new Map(records.flatMap(([id, record]) => (record?.imageId === id ? [[id, record] as const] : [])));
}

/** As many as SSM reads in one call. */
const PARAMETERS_A_CALL = 10;

async function readParameters(names: readonly string[]): Promise<Map<string, string>> {
  const distinct = [...new Set(names)];
  const values = new Map<string, string>();
  for (let at = 0; at < distinct.length; at += PARAMETERS_A_CALL) {
    const Names = distinct.slice(at, at + PARAMETERS_A_CALL);
    const { Parameters = [] } = await ssm().send(new GetParametersCommand({ Names }));
    for (const { Name = '', Value = '' } of Parameters) values.set(Name, Value);
  }
  return values;
}
