import type { Ec2Port } from '../../core/ports';
import type { OperationsOf } from '../../core/service';

type Ec2Operations = Required<
  Pick<
    OperationsOf<typeof import('@aws-sdk/client-ec2')>,
    'RunInstances' | 'TerminateInstances' | 'DescribeLaunchTemplateVersions' | 'CreateTags' | 'DeleteTags'
  >
>;

type ElbOperations = Required<
  Pick<
    OperationsOf<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>,
    'RegisterTargets' | 'DeregisterTargets' | 'DescribeTargetHealth' | 'DescribeTargetGroups'
  >
>;

/** The services that Auto Scaling works with. */
export interface Dependencies {
  readonly ec2: Pick<Ec2Port, 'instance' | 'subnet' | 'onInstanceState'> & {
    readonly operations: Ec2Operations;
  };
  readonly elbv2: {
    readonly operations: ElbOperations;
    /** Called at every change of a target's health. Returns how to end it. */
    onTargetHealth(listener: () => void): () => void;
  };
}
