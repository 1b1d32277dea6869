import { DescribeImagesCommand, GetAllowedImagesSettingsCommand, type Image } from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { resolveReference } from '../../build/parameters';
import type { Unmade } from '../../build/plan/unmade';
import { byTurns, readRecords } from '../../build/record';
import { InvalidPipeline } from '../../errors';
import { basePipelineOf, type Pipeline } from '../../pipeline/pipeline';

/** The image that a base instance starts from. */
export interface BaseImage {
  id: string;
  rootDeviceName: string;
  /** `x86_64` or `arm64`: that of the new image, too. */
  architecture?: string;
  /** What AWS calls the licence that it runs under: `RunInstances` is Linux. */
  usageOperation?: string;
  /** Of `image-of:`: the build that made it. */
  build?: string;
}

/**
 * Finds the image that a pipeline starts from.
 *
 * @param unmade is told what AWS does not let Kiln look at
 * @throws InvalidPipeline if there is no such image, or if it cannot be the base of another
 */
export async function findBaseImage({ name, definition }: Pipeline, unmade: Unmade): Promise<BaseImage> {
  const of = basePipelineOf(definition);
  const { id, build } =
    of === undefined
      ? { id: await resolveReference(definition.base.image, 'base.image'), build: undefined }
      : await findNewestOf(name, of);
  const image = await describeImage(id);
  const problem = image ? findProblem(image) : await explainMissing(unmade);
  if (problem) throw new InvalidPipeline(`pipeline ${name}, base.image: ${id} ${problem}.`);
  const architecture = image?.Architecture;
  const { RootDeviceName: rootDeviceName = '', UsageOperation: usageOperation } = image ?? {};
  return {
    ...{ id, rootDeviceName },
    ...(architecture && { architecture }),
    ...(usageOperation && { usageOperation }),
    ...(build && { build }),
  };
}

/** The newest good image of another pipeline: one that nobody went back from or called bad. */
async function findNewestOf(name: string, other: string): Promise<{ id: string; build: string }> {
  for await (const page of readRecords(other)) {
    const good = byTurns(page).find(
      ({ status, imageId, gone = {}, rolledBack, revoked }) =>
        status === 'SUCCEEDED' && imageId !== undefined && !gone[imageId] && !rolledBack && !revoked,
    );
    if (good?.imageId) return { id: good.imageId, build: good.id };
  }
  throw new InvalidPipeline(
    `pipeline ${name}, base.image: pipeline ${other} has no good image yet. Build that first: POST /pipelines/${other}/builds.`,
  );
}

async function describeImage(id: string): Promise<Image | undefined> {
  try {
    const { Images } = await ec2().send(new DescribeImagesCommand({ ImageIds: [id] }));
    return Images?.[0];
  } catch (error) {
    if (isAwsError(error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Malformed', 'InvalidAMIID.Unavailable'))
      return undefined;
    throw error;
  }
}

/** Images of others that an account does not allow are as if they were not there. */
async function explainMissing(unmade: Unmade): Promise<string> {
  const missing = 'is no image that this account can use in this region';
  const settings = await unmade.unlessDenied('the account allows images of some providers only', () =>
    ec2().send(new GetAllowedImagesSettingsCommand({})),
  );
  const { State, ManagedBy } = settings ?? {};
  if (State !== 'enabled') return missing;
  const by = ManagedBy === 'declarative-policy' ? 'a declarative policy of its organization' : 'its settings';
  return `${missing}. It may be there all the same: the account allows images of some providers only (Allowed AMIs, by ${by}; aws ec2 get-allowed-images-settings shows them)`;
}

function findProblem(image: Image): string | undefined {
  if (image.State !== 'available') return `is ${image.State}, expected an image that is available`;
  if (image.RootDeviceType !== 'ebs')
    return 'has no EBS root volume, and only such an instance can become an image';
  return undefined;
}
