import { duplicateListener, invalidConfigurationRequest } from '../errors';
import type { Listener } from '../records/listener';
import type { Op } from '../state';
import { addDefaultPolicy, checkCertificate, readListeners } from './input/read-listeners';

export const CreateLoadBalancerListeners: Op<'CreateLoadBalancerListeners'> = async (
  elb,
  { LoadBalancerName, Listeners },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const wanted = readListeners(Listeners);
  for (const listener of wanted) {
    const present = balancer.listeners.get(listener.port);
    if (present && !isSame(present, listener))
      throw duplicateListener(
        `A listener already exists for ${balancer.name} with LoadBalancerPort ${listener.port}, but with a different InstancePort, Protocol, or SSLCertificateId`,
      );
  }
  for (const listener of wanted) {
    if (balancer.listeners.has(listener.port)) continue;
    addDefaultPolicy(balancer, listener);
    balancer.listeners.set(listener.port, listener);
    await elb.servers.start(balancer, listener);
  }
  return {};
};

/** Ports that no listener has are passed over, as AWS does. */
export const DeleteLoadBalancerListeners: Op<'DeleteLoadBalancerListeners'> = (
  elb,
  { LoadBalancerName, LoadBalancerPorts },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  for (const port of LoadBalancerPorts ?? []) {
    const listener = balancer.listeners.get(port);
    if (!listener) continue;
    balancer.listeners.delete(port);
    elb.servers.stop(listener);
  }
  return {};
};

export const SetLoadBalancerListenerSSLCertificate: Op<'SetLoadBalancerListenerSSLCertificate'> = (
  elb,
  { LoadBalancerName, LoadBalancerPort, SSLCertificateId },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const listener = balancer.listener(LoadBalancerPort);
  const certificate = checkCertificate(SSLCertificateId ?? '');
  if (listener.certificateId === undefined)
    throw invalidConfigurationRequest(
      `The listener on port ${listener.port} has the protocol ${listener.protocol}, which has no certificate`,
    );
  listener.certificateId = certificate;
  return {};
};

function isSame(one: Listener, other: Listener): boolean {
  return (
    one.protocol === other.protocol &&
    one.instancePort === other.instancePort &&
    one.instanceProtocol === other.instanceProtocol &&
    one.certificateId === other.certificateId
  );
}
