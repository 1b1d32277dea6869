import { type Instance, RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { ec2 } from '../aws/ec2';
import { isAwsError } from '../aws/error';
import { findAsPlanned } from '../build/plan/as-planned';
import { BuildState, Plan } from '../build/state';
import { env } from '../env';
import { CapacityUnavailable } from '../errors';
import { renderUserData } from '../pipeline/user-data';
import { buildTags, tagSpecifications } from '../tags';
import { launchToken, PURPOSES } from './instances';

export const LaunchInstanceInput = BuildState.extend({
  plan: Plan,
  purpose: z.enum(PURPOSES),
  imageId: z.string().optional(),
});

/** An instance of a build, as the probe needs it. */
export interface Launched {
  instanceId: string;
  privateIp: string;
  /** Milliseconds since 1970. */
  launchedAt: number;
}

/** The stage that follows, and what it waits for. */
export function probeNext(
  { purpose }: z.infer<typeof LaunchInstanceInput>,
  { instanceId }: Launched,
): { stage: string; waitsFor: string } {
  const stage = purpose === 'base' ? 'AwaitHealthySite' : 'AwaitHealthyTest';
  return { stage, waitsFor: `the site on ${instanceId}` };
}

/** AWS has no room there now; another zone may have. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const NO_CAPACITY = ['InsufficientInstanceCapacity', 'InsufficientFreeAddressesInSubnet', 'Unsupported'];

/**
 * Runs an instance of a build: the base instance with the user data, or one that tests the image without.
 * Tries the subnets in turn. The client token makes a repeated call find the instance of the first.
 *
 * @throws CapacityUnavailable if AWS has room for it in none of the subnets, or the account's quota of vCPUs has none
 */
export async function launchInstance(input: z.infer<typeof LaunchInstanceInput>): Promise<Launched> {
  const common = await describeLaunch(input);
  const refusals: string[] = [];
  for (const subnet of env('KILN_SUBNETS').split(',')) {
    try {
      return await runInSubnet(common, subnet, launchToken(input.build.id, input.purpose, subnet));
    } catch (error) {
      // The quota of vCPUs is the region's: no other subnet helps.
      if (isAwsError(error, 'VcpuLimitExceeded'))
        throw new CapacityUnavailable(error.message, { cause: error });
      if (!isAwsError(error, ...NO_CAPACITY)) throw error;
      refusals.push(`${subnet}: ${error.message}`);
    }
  }
  throw new CapacityUnavailable(
    `AWS has no capacity for a ${input.plan.instanceType} in any of the subnets. ${refusals.join(' ')} Try later, or choose another base.instanceType.`,
  );
}

async function describeLaunch({ build, plan, purpose, imageId }: z.infer<typeof LaunchInstanceInput>) {
  const isBase = purpose === 'base';
  const tags = buildTags(build.id, { 'kiln:purpose': purpose });
  const volume = {
    VolumeSize: plan.volumeSize,
    VolumeType: 'gp3',
    Encrypted: true,
    DeleteOnTermination: true,
  } as const;
  return {
    ImageId: isBase ? plan.baseImage.id : imageId,
    InstanceType: plan.instanceType as RunInstancesCommandInput['InstanceType'],
    MinCount: 1,
    MaxCount: 1,
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 1 },
    IamInstanceProfile: { Name: env('KILN_INSTANCE_PROFILE') },
    InstanceInitiatedShutdownBehavior: 'terminate',
    TagSpecifications: tagSpecifications(tags, 'instance', 'volume', 'network-interface'),
    // The image has its own volume, encrypted as that of the base instance was.
    ...(isBase && { BlockDeviceMappings: [{ DeviceName: plan.baseImage.rootDeviceName, Ebs: volume }] }),
    ...(isBase && { UserData: await makeUserData(build, plan) }),
    ...(plan.keyName && { KeyName: plan.keyName }),
  } satisfies Partial<RunInstancesCommandInput>;
}

async function makeUserData(build: { id: string }, { parameters, secrets }: Plan): Promise<string> {
  const { name, userDataScript } = await findAsPlanned(build.id);
  return renderUserData(userDataScript, parameters, name, secrets).toString('base64');
}

async function runInSubnet(
  common: Awaited<ReturnType<typeof describeLaunch>>,
  subnet: string,
  token: string,
): Promise<Launched> {
  const { Instances } = await ec2().send(
    new RunInstancesCommand({
      ...common,
      ClientToken: token,
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: subnet,
          Groups: [env('KILN_BASE_SECURITY_GROUP')],
          // Only for the way out, to packages and S3: the security group lets nobody in from the internet.
          AssociatePublicIpAddress: true,
          DeleteOnTermination: true,
        },
      ],
    }),
  );
  return readInstance(Instances?.[0]);
}

function readInstance(instance: Instance | undefined): Launched {
  const { InstanceId: instanceId, PrivateIpAddress: privateIp, LaunchTime } = instance ?? {};
  if (!instanceId || !privateIp)
    throw new Error('RunInstances answered without an instance id or a private address.');
  return { instanceId, privateIp, launchedAt: (LaunchTime ?? new Date()).getTime() };
}
