import type { TargetDescription, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { cidrContains, isPrivateAddress, parseAddress } from 'aws-languages/cidr';
import { invalidTarget, validationError } from '../errors';
import { Target, targetKey } from '../records/target';
import type { TargetGroup } from '../records/target-group';
import { NOT_REGISTERED } from '../records/target-health';
import type { LoadBalancingState, Op } from '../state';

export const RegisterTargets: Op<'RegisterTargets'> = (elb, { TargetGroupArn, Targets }) => {
  const group = elb.targetGroup(TargetGroupArn ?? '');
  const descriptions = checkTargets(Targets);
  if (group.kind === 'gateway' && descriptions.some(({ Port = group.port }) => Port !== group.port))
    throw validationError(`The port of a target must be ${group.port} for the protocol 'GENEVE'`);
  const targets =
    group.type === 'instance'
      ? instanceTargets(elb, group, descriptions)
      : addressTargets(elb, group, descriptions);
  elb.targets.register(group, targets);
  return {};
};

export const DeregisterTargets: Op<'DeregisterTargets'> = (elb, { TargetGroupArn, Targets }) => {
  const group = elb.targetGroup(TargetGroupArn ?? '');
  for (const { Id = '', Port } of checkTargets(Targets)) {
    // The API reference: for a target that is not registered the action succeeds.
    const target = group.targets.get(targetKey(Id, Port ?? group.port));
    if (target) elb.targets.deregister(group, target);
  }
  return {};
};

export const DescribeTargetHealth: Op<'DescribeTargetHealth'> = (elb, { TargetGroupArn, Targets }) => {
  const group = elb.targetGroup(TargetGroupArn ?? '');
  if (!Targets?.length)
    return {
      TargetHealthDescriptions: [...group.targets.values()].map((one) => describe(elb, group, one)),
    };
  return {
    TargetHealthDescriptions: Targets.map((asked) => {
      const target = group.targets.get(targetKey(asked.Id ?? '', asked.Port ?? group.port));
      if (target) return describe(elb, group, target);
      checkExists(elb, group, asked.Id ?? '');
      const Port = asked.Port ?? group.port;
      return {
        Target: { Id: asked.Id, Port },
        HealthCheckPort: checkedPort(group, Port),
        TargetHealth: { ...NOT_REGISTERED },
      };
    }),
  };
};

function checkTargets(targets: readonly TargetDescription[] | undefined): readonly TargetDescription[] {
  if (!targets?.length) throw validationError('At least one target must be specified');
  return targets;
}

function describe(elb: LoadBalancingState, group: TargetGroup, target: Target): TargetHealthDescription {
  return {
    Target: {
      Id: target.id,
      Port: target.port,
      ...(target.description.AvailabilityZone && { AvailabilityZone: target.description.AvailabilityZone }),
    },
    HealthCheckPort: checkedPort(group, target.port),
    TargetHealth: { ...elb.targets.healthOf(group, target) },
  };
}

function checkedPort({ healthCheck: { port } }: TargetGroup, own: number | undefined): string {
  return port === 'traffic-port' ? String(own) : port;
}

function checkExists(elb: LoadBalancingState, group: TargetGroup, id: string): void {
  // An instance that has the id of one may have been there once.
  if (group.type === 'instance' && !/^i-[0-9a-f]{8,17}$/.test(id) && !elb.ec2.instance(id))
    throw invalidTarget(`The following targets are not valid instances: '${id}'`);
}

function instanceTargets(
  elb: LoadBalancingState,
  group: TargetGroup,
  descriptions: readonly TargetDescription[],
): Target[] {
  const found = descriptions.map((description) => ({
    description,
    instance: elb.ec2.instance(description.Id ?? ''),
  }));
  const refuse = (which: typeof found, why: string) => {
    if (which.length === 0) return;
    const ids = which.map(({ description }) => `'${description.Id}'`).join(', ');
    throw invalidTarget(`The following targets ${why}: ${ids}`);
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
      instance?.Placement?.AvailabilityZone ?? elb.ec2.subnet(instance?.SubnetId ?? '')?.AvailabilityZone,
      description,
    );
    target.instanceState = instance?.State?.Name;
    return target;
  });
}

function addressTargets(
  elb: LoadBalancingState,
  group: TargetGroup,
  descriptions: readonly TargetDescription[],
): Target[] {
  const blocks = elb.ec2.vpc(group.vpcId)?.CidrBlockAssociationSet ?? [];
  return descriptions.map((description) => {
    const address = description.Id ?? '';
    if (parseAddress(address) === undefined)
      throw validationError(`The IP address '${address}' is not a valid IPv4 address`);
    const inVpc = blocks.some(({ CidrBlock = '' }) => cidrContains(CidrBlock, address));
    if (!inVpc && description.AvailabilityZone !== 'all')
      throw validationError(
        `You must specify an Availability Zone 'all' for the IP address '${address}', which is outside the VPC`,
      );
    if (!inVpc && !isPrivateAddress(address))
      throw invalidTarget(`The IP address '${address}' is not within the allowed ranges`);
    return new Target(address, description.Port ?? group.port, address, undefined, description);
  });
}
