import type { AutoScalingGroup, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { Image } from '@aws-sdk/client-ec2';
import { findLockHolder } from '../../build/lock';
import type { Unmade } from '../../build/plan/unmade';
import { type BuildRecord, findRecord, imageOf, listRecords } from '../../build/record';
import type { Pipeline } from '../../pipeline/pipeline';
import { describeAllGroups } from '../../rollout/groups';
import { findVersionOf } from '../../rollout/template';
import { nameOf, referenceOf, specificationsOf } from '../../rollout/version/configuration';
import { tagOf } from '../../tags';
import { findImages } from '../find';
import { findLiving } from '../instances';
import { describeReferences } from './references';
import { findPermissions } from './shared';
import { findLaunchConfigurations, findVersionsOf } from './versions';

/** What uses an image, or was made of it. */
export interface User {
  kind: 'group' | 'server' | 'template' | 'parameter' | 'pipeline' | 'image' | 'copy' | 'recipe' | 'account';
  name: string;
}

/**
 * Names all that uses an image and its copies, or was made of it: groups whose servers run it or whose next would, other servers, launch
 * template versions and configurations, SSM parameters, recipes, pipelines, images, copies, and accounts that it is shared with.
 *
 * @param record of the build that made it
 * @param pipelines all that there are
 * @param unmade is told what AWS does not let Kiln look at, and of regions that answer nobody
 */
export async function listUsers(
  record: BuildRecord,
  pipelines: readonly Pipeline[],
  unmade: Unmade,
): Promise<User[]> {
  const { imageId = '', copies = [], gone = {} } = record;
  const there = copies.filter((copy) => !gone[copy.imageId]);
  const found = await Promise.all([
    findUsersIn(imageId, undefined, unmade),
    findPipelines(imageId, pipelines),
    ...there.map((copy) => findUsersOfCopy(copy, unmade)),
  ]);
  const users = found.flat();
  const known = new Set<string>();
  return users.filter(({ kind, name }) => {
    const key = `${kind} ${name}`;
    return !known.has(key) && known.add(key);
  });
}

/** A region that AWS has closed hides nothing of the others. */
async function findUsersOfCopy(
  { imageId, region }: { imageId: string; region: string },
  unmade: Unmade,
): Promise<User[]> {
  const copy: User = { kind: 'copy', name: `${imageId} in ${region}` };
  try {
    return [copy, ...(await findUsersIn(imageId, region, unmade))];
  } catch (error) {
    unmade.words.push(
      `It was not checked whether something in ${region} uses ${imageId}: ${(error as Error).message}`,
    );
    return [copy];
  }
}

async function findUsersIn(imageId: string, region: string | undefined, unmade: Unmade): Promise<User[]> {
  const where = region ? ` in ${region}` : '';
  const ask = async (what: string, look: () => Promise<User[]>) =>
    (await unmade.unlessDenied(`${what}${where}`, look)) ?? [];
  const named = (kind: User['kind'], name: string): User => ({ kind, name: `${name}${where}` });
  const versions: Versions = [];
  const referring = ask('something refers to it', async () => {
    const references = await describeReferences([imageId], region);
    const users: User[] = [];
    for (const { ResourceType, Arn = '' } of references) {
      if (ResourceType === 'ec2:LaunchTemplate') {
        const id = Arn.split('/').at(-1) ?? '';
        for (const version of await findVersionsOf(imageId, id, region)) {
          versions.push({ id, name: version.LaunchTemplateName, number: String(version.VersionNumber) });
          users.push(named('template', `${id} ${version.VersionNumber}`));
        }
      } else if (ResourceType === 'ssm:Parameter') {
        users.push(named('parameter', Arn.slice(Arn.indexOf(':parameter/') + ':parameter'.length)));
      } else if (ResourceType?.startsWith('imagebuilder:')) {
        users.push({ kind: 'recipe', name: Arn });
      }
    }
    return users;
  });
  const configurations = ask('launch configurations name it', async () =>
    (await findLaunchConfigurations(region)).flatMap(([id, name]) =>
      id === imageId ? [named('template', `launch configuration ${name}`)] : [],
    ),
  );
  // Kiln rolls out at home only, and the versions are known once the references are.
  const groups = region
    ? []
    : referring.then(() => ask('groups would launch it', () => findGroups(versions)));
  const servers = ask('servers run it', async () => {
    const instances = await findLiving([{ Name: 'image-id', Values: [imageId] }], region);
    return instances.map((instance) => {
      const group = tagOf(instance, 'aws:autoscaling:groupName');
      return group ? named('group', group) : named('server', instance.InstanceId ?? '');
    });
  });
  const made = ask('images were made of it', async () =>
    descendantsOf(imageId, await findImages([], region)).map((id) => named('image', id)),
  );
  const shared = ask('it is shared', async () =>
    (await findPermissions(imageId, region)).map(
      ({ UserId, Group, OrganizationArn, OrganizationalUnitArn }) =>
        named('account', UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? Group ?? ''),
    ),
  );
  return (await Promise.all([groups, servers, referring, configurations, made, shared])).flat();
}

type Versions = { id: string; name: string | undefined; number: string }[];

/** The groups whose next servers would come from one of these versions. */
async function findGroups(versions: Versions): Promise<User[]> {
  if (versions.length === 0) return [];
  const latest = new Map<string, string>();
  const isOne = async (spec: LaunchTemplateSpecification) => {
    const own = versions.filter(({ id, name }) =>
      spec.LaunchTemplateId ? id === spec.LaunchTemplateId : name === spec.LaunchTemplateName,
    );
    if (own.length === 0) return false;
    const key = `${nameOf(spec)} ${referenceOf(spec)}`;
    if (/^\d+$/.test(referenceOf(spec))) return own.some(({ number }) => number === referenceOf(spec));
    const { LaunchTemplateId, LaunchTemplateName } = spec;
    const template = LaunchTemplateId ? { LaunchTemplateId } : { LaunchTemplateName };
    if (!latest.has(key))
      latest.set(key, String((await findVersionOf(template, referenceOf(spec)))?.VersionNumber));
    return own.some(({ number }) => number === latest.get(key));
  };
  const found: User[] = [];
  for (const group of await describeAllGroups())
    if (await anyOf(group, isOne)) found.push({ kind: 'group', name: group.AutoScalingGroupName ?? '' });
  return found;
}

async function anyOf(
  group: AutoScalingGroup,
  is: (spec: LaunchTemplateSpecification) => Promise<boolean>,
): Promise<boolean> {
  for (const spec of specificationsOf(group)) if (await is(spec)) return true;
  return false;
}

/** The images that were made of an image, of those the images that were made of them, and so on: copies too. */
function descendantsOf(imageId: string, images: readonly Image[]): string[] {
  const found = new Set([imageId]);
  for (let known = 0; known < found.size; ) {
    known = found.size;
    for (const { ImageId, SourceImageId } of images)
      if (ImageId && SourceImageId && found.has(SourceImageId)) found.add(ImageId);
  }
  return [...found].slice(1);
}

/** Some builds back: those that were refused before their base image was known have none. */
const BUILDS = 5;

/** Pipelines that are built on an image, or whose build is just using it. */
async function findPipelines(imageId: string, pipelines: readonly Pipeline[]): Promise<User[]> {
  const found: User[] = [];
  for (const { name, definition } of pipelines) {
    // A reference leads to what it led to last.
    const newest = (await listRecords(name, BUILDS)).find(({ baseImageId }) => baseImageId);
    if (definition.base.image === imageId || newest?.baseImageId === imageId)
      found.push({ kind: 'pipeline', name: `${name} is built on it` });
    const holder = await findLockHolder(name);
    const running = holder === undefined ? undefined : await findRecord(holder);
    if (running && (imageOf(running) === imageId || running.baseImageId === imageId))
      found.push({ kind: 'pipeline', name: `${name}, whose build ${holder} uses it now` });
  }
  return found;
}
