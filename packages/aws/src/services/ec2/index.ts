import type { Context } from '../../core/context';
import type { Call } from '../../core/service';
import type { Network } from '../../network';
import type { InstanceProfiles } from './inventory';
import * as operations from './operations';
import { withDryRun } from './requests/dry-run';
import { Ec2State } from './state';

const all = { ...withDryRun(operations), RunInstances: operations.RunInstances };

type Bound = {
  readonly [Name in keyof typeof all]: (typeof all)[Name] extends (
    ec2: Ec2State,
    input: infer Input,
    call: Call,
  ) => infer Output
    ? (input: Input, call: Call) => Output
    : never;
};

/** EC2 with its operations bound, for the services that do not yet call it through the corridor. */
export class Ec2 extends Ec2State {
  readonly operations: Bound;

  constructor(
    context: Context,
    { network, iam }: { network: Network; iam: InstanceProfiles; ssm?: unknown },
  ) {
    super(context, network, iam);
    this.operations = Object.fromEntries(
      Object.entries(all).map(([name, run]) => [
        name,
        (input: never, call: Call) => (run as (...args: unknown[]) => unknown)(this, input, call),
      ]),
    ) as Bound;
  }

  dispose(): Promise<void> {
    return this.lifecycle.dispose();
  }
}
