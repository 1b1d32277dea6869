import { type _InstanceType, DescribeInstanceTypesCommand } from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';

/** As many types as EC2 describes in one call; a mixed instances policy has 40 at most. */
const TYPES_A_CALL = 100;

/**
 * What keeps servers of some types from running an image: a processor of another kind.
 *
 * @param types of the servers, as launch templates and overrides name them
 * @param architecture of the image
 * @returns what to change; undefined where nothing is in the way
 */
export async function findArchitectureProblem(
  types: readonly string[],
  architecture: string | undefined,
): Promise<string | undefined> {
  if (types.length === 0 || !architecture) return undefined;
  const others = (await describeTypes(types)).filter(
    ({ architectures }) => architectures.length > 0 && !architectures.includes(architecture),
  );
  if (others.length === 0) return undefined;
  const said = others.map(({ type, architectures }) => `${type} (${architectures.join(', ')})`).join(', ');
  return `launches servers of types that cannot run an image for ${architecture}: ${said}. Name types for ${architecture} in its launch template and overrides, or give the others a group of their own.`;
}

async function describeTypes(
  types: readonly string[],
): Promise<{ type: string; architectures: readonly string[] }[]> {
  try {
    const { InstanceTypes = [] } = await ec2().send(
      new DescribeInstanceTypesCommand({ InstanceTypes: types.slice(0, TYPES_A_CALL) as _InstanceType[] }),
    );
    return InstanceTypes.map(({ InstanceType = '', ProcessorInfo }) => ({
      type: InstanceType,
      architectures: ProcessorInfo?.SupportedArchitectures ?? [],
    }));
  } catch (error) {
    // One that there is not AWS refuses to give to a group; of a template alone the launch tells.
    if (isAwsError(error, 'InvalidInstanceType')) return [];
    throw error;
  }
}
