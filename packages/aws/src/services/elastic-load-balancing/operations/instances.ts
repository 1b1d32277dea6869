import type { Instance } from '@aws-sdk/client-elastic-load-balancing';
import { invalidInstance, validationError } from '../errors';
import type { LoadBalancer } from '../records/load-balancer';
import { NOT_REGISTERED, Registration } from '../records/registration';
import type { ClassicLoadBalancingState, Op } from '../state';

export const RegisterInstancesWithLoadBalancer: Op<'RegisterInstancesWithLoadBalancer'> = (
  elb,
  { LoadBalancerName, Instances },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const registrations = idsOf(Instances).map((id) => makeRegistration(elb, balancer, id));
  for (const registration of registrations) elb.registrations.register(balancer, registration);
  return { Instances: registered(balancer) };
};

export const DeregisterInstancesFromLoadBalancer: Op<'DeregisterInstancesFromLoadBalancer'> = (
  elb,
  { LoadBalancerName, Instances },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const ids = idsOf(Instances);
  for (const id of ids) if (!balancer.instances.has(id)) requireInstance(elb, id);
  for (const id of ids) {
    const registration = balancer.instances.get(id);
    if (registration) elb.registrations.deregister(balancer, registration);
  }
  return { Instances: registered(balancer) };
};

export const DescribeInstanceHealth: Op<'DescribeInstanceHealth'> = (
  elb,
  { LoadBalancerName, Instances },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const ids = Instances?.length ? idsOf(Instances) : [...balancer.instances.keys()];
  return {
    InstanceStates: ids.map((InstanceId) => {
      const registration = balancer.instances.get(InstanceId);
      if (!registration) requireInstance(elb, InstanceId);
      const health = registration ? elb.registrations.healthOf(balancer, registration) : NOT_REGISTERED;
      return { InstanceId, ...health };
    }),
  };
};

function registered({ instances }: LoadBalancer): Instance[] {
  return [...instances.values()]
    .filter(({ draining }) => !draining)
    .map(({ instanceId }) => ({ InstanceId: instanceId }));
}

function idsOf(instances: readonly Instance[] | undefined): string[] {
  if (!instances?.length) throw validationError('Instances must not be empty');
  return [...new Set(instances.map(({ InstanceId = '' }) => InstanceId))];
}

/** @throws AwsError InvalidInstance */
function requireInstance(elb: ClassicLoadBalancingState, id: string) {
  const instance = elb.ec2.instance(id);
  if (!instance) throw invalidInstance(`Could not find EC2 instance ${id}.`);
  return instance;
}

function makeRegistration(elb: ClassicLoadBalancingState, balancer: LoadBalancer, id: string): Registration {
  const instance = requireInstance(elb, id);
  const state = instance.State?.Name;
  if (state === 'terminated' || state === 'shutting-down')
    throw invalidInstance(`Instance ${id} is in ${state} state.`);
  if (instance.VpcId !== balancer.vpcId)
    throw invalidInstance(`EC2 instance ${id} is not in the same VPC as load balancer.`);
  const zone =
    instance.Placement?.AvailabilityZone ?? elb.ec2.subnet(instance.SubnetId ?? '')?.AvailabilityZone;
  const registration = new Registration(id, instance.PrivateIpAddress ?? '', zone);
  registration.instanceState = state;
  return registration;
}
