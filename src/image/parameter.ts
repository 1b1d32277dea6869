import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  type Parameter,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { isAwsError } from '../aws/error';
import { ssm } from '../aws/ssm';
import { pipelineOf } from '../build/id';
import {
  type BuildRecord,
  findRecord,
  hasSucceeded,
  imageOf,
  type NamedBefore,
  namedBefore,
  readRecords,
  updateRecord,
} from '../build/record';
import { InvalidPipeline, TransientFailure } from '../errors';
import { show } from '../pipeline/definition/expected';
import { findNamedImage } from '../rollout/view/wanted';
import { ownService, SERVICE_TAG } from '../tags';
import { findBuildOf } from './watch/gone';

/**
 * Checks that no other deployment of Kiln keeps the SSM parameter of a pipeline: each would name its own images in it. Nor may it hold
 * what is no image: somebody reads that.
 *
 * @returns what it holds; undefined where it is not there
 * @throws InvalidPipeline if one of both is so; says what to do
 */
export async function checkParameterOwner(pipeline: string, parameter: string): Promise<string | undefined> {
  const [holder, value] = await Promise.all([findHolder(parameter), readParameter(parameter)]);
  if (value !== undefined && !/^ami-[0-9a-f]+$/.test(value))
    throw new InvalidPipeline(
      `pipeline ${pipeline}, image.parameter: ${parameter} is there and holds no image, but ${show(value)}: something else reads it. Name another.`,
    );
  if (!holder || holder === ownService()) return value;
  throw new InvalidPipeline(
    `pipeline ${pipeline}, image.parameter: ${parameter} is kept by another deployment of Kiln, ${holder}: its tag ${SERVICE_TAG} says so, and this is ${ownService()}. Name another for this stage in pipeline.<stage>.yml, or remove the tag if that deployment is gone.`,
  );
}

async function findHolder(ResourceId: string): Promise<string | undefined> {
  try {
    const { TagList = [] } = await ssm().send(
      new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId }),
    );
    return TagList.find(({ Key }) => Key === SERVICE_TAG)?.Value;
  } catch (error) {
    if (isAwsError(error, 'InvalidResourceId')) return undefined;
    throw error;
  }
}

/**
 * Makes the SSM parameter of a pipeline name an image. Keeps in the record what it named before.
 *
 * @throws TransientFailure while SSM looks whether there is such an image
 */
export async function nameNewestImage(build: string, parameter: string, imageId: string): Promise<void> {
  await nameImage(build, parameter, imageId, ({ previousImage }, before) => ({
    previousImage: previousImage ?? before,
  }));
}

/** The same of a channel. */
export async function nameInChannel(build: string, parameter: string, imageId: string): Promise<void> {
  await nameImage(build, parameter, imageId, ({ previousInChannels: known = [] }, before) => ({
    previousInChannels: known.some((one) => one.parameter === parameter) ? known : [...known, before],
  }));
}

type Known = Partial<Pick<BuildRecord, 'previousImage' | 'previousInChannels' | 'naming'>>;

async function nameImage(
  build: string,
  parameter: string,
  imageId: string,
  keep: (known: Known, before: NamedBefore) => Known,
): Promise<void> {
  const value = await checkParameterOwner(pipelineOf(build), parameter);
  if (value !== imageId) {
    const known: Known = (await findRecord(build)) ?? {};
    if (isStillLooking(known.naming?.[parameter])) throw describeLooking(parameter, imageId);
    const naming = { ...known.naming, [parameter]: new Date().toISOString() };
    await updateRecord(build, { ...keep(known, { parameter, value: value ?? null }), naming });
    await putParameter(parameter, imageId);
    // A new one is not there before, and cannot be tagged.
    if ((await readParameter(parameter)) !== imageId) throw describeLooking(parameter, imageId);
  }
  // SSM takes no tags with a value that it overwrites. An earlier attempt may have come to its value and no further.
  const Tags = [{ Key: SERVICE_TAG, Value: ownService() }];
  await ssm().send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: parameter, Tags }));
}

/** So long SSM may look for an image, and takes no other value meanwhile; after that it may be asked again. Milliseconds. */
const LOOKING_MILLISECONDS = 5 * 60_000;

function isStillLooking(since: string | undefined): boolean {
  return since !== undefined && Date.now() - Date.parse(since) < LOOKING_MILLISECONDS;
}

function describeLooking(parameter: string, imageId: string): TransientFailure {
  return new TransientFailure(
    `SSM has not written ${imageId} into ${parameter} yet: it looks first whether there is such an image, with the rights of this role. That may take some minutes.`,
  );
}

/**
 * Whether a parameter names a later image of a pipeline than a build's, one that nobody went back from or called bad: a night that
 * has nothing to do must not take that back.
 */
export async function namesLaterImage(
  parameter: string,
  { pipeline, fence = 0 }: BuildRecord,
): Promise<boolean> {
  const value = await readParameter(parameter);
  const build = value && (await findBuildOf(value));
  const record = build ? await findRecord(build) : undefined;
  if (record?.pipeline !== pipeline || record.gone?.[value ?? '']) return false;
  return (record.fence ?? 0) > fence && !record.rolledBack && !record.revoked;
}

/**
 * Makes the SSM parameters name the images that they named before the build, as far as they name that of the build, and not for a later one.
 *
 * @returns those of which it did
 */
export async function restoreNewestImage(record: BuildRecord): Promise<string[]> {
  const restored: string[] = [];
  for (const { parameter, value } of namedBefore(record)) {
    if ((await readParameter(parameter)) !== imageOf(record)) continue;
    if (await isUsedSince(record)) break;
    if (value === null) await deleteParameter(parameter);
    else await putParameter(parameter, await findGoodInstead(value, record, parameter));
    restored.push(parameter);
  }
  return restored;
}

/** Whether a later build has succeeded with the earlier image that a build was to roll out: what came late of that one is undone minutes after. */
async function isUsedSince({ id, pipeline, fence = 0, reused }: BuildRecord): Promise<boolean> {
  // Its own image no other build uses, since it did not succeed.
  if (!reused) return false;
  for await (const page of readRecords(pipeline)) {
    const isLater = (one: BuildRecord) =>
      hasSucceeded(one) && imageOf(one) === reused.imageId && (one.fence ?? 0) > fence;
    if (page.some(isLater)) return true;
    if (page.some((one) => one.id <= id)) return false;
  }
  return false;
}

/**
 * Makes the SSM parameters of a pipeline name the newest good image, as far as they name the earlier one that a build was to roll out and
 * that counts as gone back from since nobody approved that build.
 *
 * @returns those of which it did
 */
export async function leaveUnapproved({ id, pipeline, reused }: BuildRecord): Promise<string[]> {
  const maker = reused && (await findRecord(reused.build));
  if (!reused || maker?.rolledBack?.by !== id) return [];
  const { parameter, channels = {} } = maker;
  const left: string[] = [];
  for (const name of new Set([parameter, channels.tested, channels.proven])) {
    if (!name || (await readParameter(name)) !== reused?.imageId) continue;
    const to = await findNamedImage(pipeline, name === channels.proven);
    if (to === undefined || to === reused.imageId) continue;
    await putParameter(name, to);
    left.push(name);
  }
  return left;
}

/** What a parameter named before somebody may have revoked since: then it is the newest good image, if there is one. */
async function findGoodInstead(
  value: string,
  { pipeline, channels }: BuildRecord,
  parameter: string,
): Promise<string> {
  const build = await findBuildOf(value);
  if (!build || !(await findRecord(build))?.revoked) return value;
  return (await findNamedImage(pipeline, channels?.proven === parameter)) ?? value;
}

/** The image of an earlier build of the same pipeline that an SSM parameter names; undefined where it names another, or is not there. */
export async function findEarlierNamed(
  parameter: string,
  { pipeline, fence = 0 }: BuildRecord,
): Promise<string | undefined> {
  const value = await readParameter(parameter);
  const build = value && (await findBuildOf(value));
  const record = build ? await findRecord(build) : undefined;
  return record?.pipeline === pipeline && (record.fence ?? 0) < fence ? value : undefined;
}

/**
 * Makes the SSM parameter of a pipeline name another image, if it names a certain one.
 *
 * @param from the image that it shall name no more
 * @param to undefined where there is none
 * @returns `other` if it names another already, or is not there
 * @throws InvalidPipeline if another deployment of Kiln keeps it
 */
export async function moveParameter(
  build: string,
  parameter: string,
  from: string,
  to: string | undefined,
): Promise<'moved' | 'other' | 'noOther'> {
  if ((await readParameter(parameter)) !== from) return 'other';
  if (to === undefined || to === from) return 'noOther';
  await checkParameterOwner(pipelineOf(build), parameter);
  await putParameter(parameter, to);
  return 'moved';
}

/** With this data type SSM looks whether there is such an image, and EC2 and Auto Scaling take the parameter as one. */
const IMAGE_TYPE = 'aws:ec2:image';

/**
 * Writes an image into a parameter. One that is there keeps its data type, which SSM does not let be changed. SSM answers before it has looked
 * for the image, with the rights of the caller, and writes nothing where it does not find it.
 *
 * @throws TransientFailure while SSM looks for another image: it takes no other value then
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-data-types.html
 */
async function putParameter(Name: string, Value: string): Promise<void> {
  const { DataType = IMAGE_TYPE } = (await findParameter(Name)) ?? {};
  try {
    await ssm().send(new PutParameterCommand({ Name, Value, Type: 'String', DataType, Overwrite: true }));
  } catch (error) {
    if (!isRefusedWhileLooking(error)) throw error;
    throw new TransientFailure(`SSM takes no other value for ${Name} yet: ${error.message}`, {
      cause: error,
    });
  }
}

/** AWS tells that it says so, not under which name. */
function isRefusedWhileLooking(error: unknown): error is Error {
  return error instanceof Error && /validat\w+ .*\bin pro(cess|gress)\b/i.test(error.message);
}

/** One that is gone already is no error: the answer to a first try may have been lost. */
async function deleteParameter(Name: string): Promise<void> {
  try {
    await ssm().send(new DeleteParameterCommand({ Name }));
  } catch (error) {
    if (!isAwsError(error, 'ParameterNotFound')) throw error;
  }
}

async function readParameter(Name: string): Promise<string | undefined> {
  return (await findParameter(Name))?.Value;
}

async function findParameter(Name: string): Promise<Parameter | undefined> {
  try {
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name }));
    return Parameter;
  } catch (error) {
    if (isAwsError(error, 'ParameterNotFound')) return undefined;
    throw error;
  }
}
