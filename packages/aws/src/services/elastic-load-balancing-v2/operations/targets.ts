import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetDescription, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import { cidrContains, isPrivateAddress, parseAddress } from '../../../network/address';
import { checkRange } from '../errors';
import type { Balancing } from '../health/targets';
import { Target, targetKey } from '../records/target';
import type { TargetGroup } from '../records/target-group';
import { NOT_REGISTERED } from '../records/target-health';

/** Operations on the targets of target groups. */
export function targetOperations(balancing: Balancing) {
  return {
    RegisterTargets({ TargetGroupArn, Targets }) {
      const group = balancing.targetGroup(TargetGroupArn ?? '');
      const descriptions = checkTargets(Targets);
      const targets =
        group.type === 'instance'
          ? instanceTargets(balancing, group, descriptions)
          : addressTargets(balancing, group, descriptions);
      balancing.register(group, targets);
      return {};
    },

    DeregisterTargets({ TargetGroupArn, Targets }) {
      const group = balancing.targetGroup(TargetGroupArn ?? '');
      for (const { Id = '', Port } of checkTargets(Targets)) {
        // The API reference: for a target that is not registered the action succeeds.
        const target = group.targets.get(targetKey(Id, Port ?? group.port));
        if (target) balancing.deregister(group, target);
      }
      return {};
    },

    DescribeTargetHealth({ TargetGroupArn, Targets }) {
      const group = balancing.targetGroup(TargetGroupArn ?? '');
      if (!Targets?.length)
        return {
          TargetHealthDescriptions: [...group.targets.values()].map((one) => describe(balancing, group, one)),
        };
      return {
        TargetHealthDescriptions: Targets.map((asked) => {
          const target = group.targets.get(targetKey(asked.Id ?? '', asked.Port ?? group.port));
          if (target) return describe(balancing, group, target);
          checkExists(balancing, group, asked.Id ?? '');
          return {
            Target: { Id: asked.Id, Port: asked.Port ?? group.port },
            TargetHealth: { ...NOT_REGISTERED },
          };
        }),
      };
    },
  } satisfies OperationsOf<typeof client>;
}

function checkTargets(targets: readonly TargetDescription[] | undefined): readonly TargetDescription[] {
  if (!targets?.length) throw new AwsError('ValidationError', 'At least one target must be specified');
  for (const { Port } of targets) checkRange('targets.member.port', Port, 1, 65_535);
  return targets;
}

function describe(balancing: Balancing, group: TargetGroup, target: Target): TargetHealthDescription {
  const { port } = group.healthCheck;
  return {
    Target: {
      Id: target.id,
      Port: target.port,
      ...(target.description.AvailabilityZone && { AvailabilityZone: target.description.AvailabilityZone }),
    },
    HealthCheckPort: port === 'traffic-port' ? String(target.port) : port,
    TargetHealth: { ...balancing.healthOf(group, target) },
  };
}

function checkExists(balancing: Balancing, group: TargetGroup, id: string): void {
  if (group.type === 'instance' && !balancing.ec2.instance(id))
    throw new AwsError('InvalidTarget', `The following targets are not valid instances: '${id}'`);
}

function instanceTargets(
  balancing: Balancing,
  group: TargetGroup,
  descriptions: readonly TargetDescription[],
): Target[] {
  const found = descriptions.map((description) => ({
    description,
    instance: balancing.ec2.instance(description.Id ?? ''),
  }));
  const refuse = (which: typeof found, why: string) => {
    if (which.length === 0) return;
    const ids = which.map(({ description }) => `'${description.Id}'`).join(', ');
    throw new AwsError('InvalidTarget', `The following targets ${why}: ${ids}`);
  };
  refuse(
    found.filter(({ instance }) => !instance),
    'are not valid instances',
  );
  refuse(
    found.filter(({ instance }) => instance?.VpcId !== group.vpcId),
    `are not in the target group VPC '${group.vpcId}'`,
  );
  refuse(
    found.filter(({ instance }) => instance?.State?.Name !== 'running'),
    'are not in a running state and cannot be registered',
  );
  return found.map(({ description, instance }) => {
    const target = new Target(
      description.Id ?? '',
      description.Port ?? group.port,
      instance?.PrivateIpAddress ?? '',
      instance?.Placement?.AvailabilityZone ??
        balancing.ec2.subnet(instance?.SubnetId ?? '')?.AvailabilityZone,
      description,
    );
    target.instanceState = instance?.State?.Name;
    return target;
  });
}

function addressTargets(
  balancing: Balancing,
  group: TargetGroup,
  descriptions: readonly TargetDescription[],
): Target[] {
  const vpc = balancing.ec2.vpc(group.vpcId);
  return descriptions.map((description) => {
    const address = description.Id ?? '';
    if (parseAddress(address) === undefined)
      throw new AwsError('ValidationError', `The IP address '${address}' is not a valid IPv4 address`);
    const inVpc = cidrContains(vpc?.CidrBlock ?? '', address);
    if (!inVpc && description.AvailabilityZone !== 'all')
      throw new AwsError(
        'ValidationError',
        `You must specify an Availability Zone 'all' for the IP address '${address}', which is outside the VPC`,
      );
    if (!inVpc && !isPrivateAddress(address))
      throw new AwsError('InvalidTarget', `The IP address '${address}' is not within the allowed ranges`);
    return new Target(address, description.Port ?? group.port, address, undefined, description);
  });
}
