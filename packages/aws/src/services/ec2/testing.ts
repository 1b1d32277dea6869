import type { Api } from '../../core/client';
import { clientOf } from '../../core/client';
import type { Context } from '../../core/context';
import type { AwsEvent } from '../../core/event-bus';
import { serviceCall } from '../../core/service-call';
import type { Network } from '../../network';
import type { RunningAws } from '../../start';
import { rootCall } from '../../testing/api';
import { newRegion, type RegionOptions } from '../../testing/region';
import type { Client, Ec2State } from './state';

/** EC2 of a region of a newborn account, with what a test wants to look at. */
export interface Ec2Region {
  readonly aws: RunningAws;
  readonly context: Context;
  readonly network: Network;
  /** Its operations, called by the root user through the corridor. */
  readonly ec2: Api<Client>;
  /** Its operations, called by an AWS service. */
  readonly ec2AsService: Api<Client>;
  readonly state: Ec2State;
  /** All that was announced on the region's bus, oldest first. */
  readonly events: readonly AwsEvent[];
  /** Id of Amazon's newest image. */
  readonly amazonImage: string;
  /** Another region of the same account. */
  at(region: string): Ec2Region;
  stop(): Promise<void>;
}

/** @param options 2000 times as fast as the real AWS, unless they say otherwise; 1 keeps transitions from happening */
export async function newEc2Region(options: RegionOptions = {}): Promise<Ec2Region> {
  const { aws } = await newRegion({ ...options });
  return openRegion(aws, options.region ?? 'us-east-1');
}

function openRegion(aws: RunningAws, name: string): Ec2Region {
  const { context, network } = aws.account.region(name);
  const events: AwsEvent[] = [];
  context.bus.subscribe((event) => events.push(event));
  const state: Ec2State = aws.account.service('ec2', name);
  const newest = state.images
    .values()
    .find((image) => image.Name.startsWith('al2023-ami-2') && image.Architecture === 'x86_64');
  return {
    aws,
    context,
    network,
    ec2: clientOf<Client>(context, 'ec2', () => rootCall(name)),
    ec2AsService: clientOf<Client>(context, 'ec2', () => serviceCall(context, 'autoscaling')),
    state,
    events,
    amazonImage: newest?.ImageId ?? 'none',
    at: (region) => openRegion(aws, region),
    stop: () => aws.stop(),
  };
}

/** The code of the error that the call is refused with; fails when it is not refused. */
export async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).name;
  }
  throw new Error('the call was not refused');
}

/** An instance profile that is there, with a role of its name that EC2 may assume. */
export async function addProfile({ context }: Ec2Region, name: string): Promise<void> {
  const iam = clientOf<typeof import('@aws-sdk/client-iam')>(context, 'iam', () => rootCall());
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  await iam.CreateRole({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  await iam.CreateInstanceProfile({ InstanceProfileName: name });
  await iam.AddRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
}
