import { Clock } from '../../core/clock';
import type { Context } from '../../core/context';
import { type AwsEvent, EventBus } from '../../core/event-bus';
import { Faults } from '../../core/faults';
import { Ledger } from '../../core/ledger';
import type { Call } from '../../core/service';
import { serviceCall } from '../../core/service-call';
import { Network } from '../../network';
import { noCorridor } from '../../testing/no-corridor';
import { Ec2 } from '.';
import { publicImageParameters } from './images/amazon-images';
import type { InstanceProfiles } from './inventory';

const PROFILE = {
  arn: 'arn:aws:iam::000000000000:instance-profile/base',
  id: 'AIPA0000000000000000',
  name: 'base',
  roleArn: 'arn:aws:iam::000000000000:role/base',
};

const iam: InstanceProfiles = {
  instanceProfile: (nameOrArn) => ([PROFILE.name, PROFILE.arn].includes(nameOrArn) ? PROFILE : undefined),
};

/** EC2 of a newborn account, with what a test wants to look at. */
export interface NewbornEc2 {
  readonly ec2: Ec2;
  readonly operations: Ec2['operations'];
  readonly context: Context;
  readonly network: Network;
  readonly call: Call;
  readonly serviceCall: Call;
  readonly events: AwsEvent[];
  /** Id of Amazon's newest image. */
  readonly amazonImage: string;
  /** Resolves when the condition holds; it is looked at whenever AWS time passes. */
  until(condition: () => boolean): Promise<void>;
  dispose(): Promise<void>;
}

/** @param scale how much faster than real time; a small one keeps transitions from happening */
export function bearEc2(options: { region?: string; scale?: number } = {}): NewbornEc2 {
  const region = options.region ?? 'us-east-1';
  const clock = new Clock(options.scale ?? 2000);
  const context: Context = {
    region,
    accountId: '000000000000',
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus: new EventBus(region, '000000000000', () => clock.now()),
    faults: new Faults(),
    endpoint: 'http://127.0.0.1:1',
    ...noCorridor,
  };
  const events: AwsEvent[] = [];
  context.bus.subscribe((event) => events.push(event));
  const network = new Network(context);
  const parameters = publicImageParameters(region);
  const ec2 = new Ec2(context, {
    network,
    iam,
  });
  const principal = {
    accessKeyId: 'AKIA',
    accountId: context.accountId,
    arn: 'arn:aws:iam::000000000000:root',
    userId: context.accountId,
  };
  return {
    ec2,
    operations: ec2.operations,
    context,
    network,
    events,
    call: { region, accountId: context.accountId, requestId: 'request', principal },
    serviceCall: serviceCall(context, 'autoscaling'),
    amazonImage:
      parameters['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'] ?? 'none',
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          if (!condition()) return;
          end();
          resolve();
        };
        const end = clock.every(1, look);
        look();
      }),
    async dispose() {
      await ec2.dispose();
      network.dispose();
      clock.stop();
    },
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
