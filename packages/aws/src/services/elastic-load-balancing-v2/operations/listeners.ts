import type { Certificate, ProtocolEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  certificateNotFound,
  duplicateListener,
  invalidConfigurationRequest,
  operationNotPermitted,
  tooManyCertificates,
  unsupportedProtocol,
  validationError,
} from '../errors';
import { pageOf } from '../paging';
import { listenerArn, ruleArn } from '../records/arns';
import { Listener, Rule } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import { checkSslPolicy, DEFAULT_SSL_POLICY } from '../records/ssl-policies';
import { checkTags } from '../records/tags';
import type { LoadBalancingState, Op } from '../state';
import { checkActions } from './read-actions';

/** Listener protocols as AWS has them; of those of Network Load Balancers only TCP is here. */
const PROTOCOLS = {
  application: ['HTTPS', 'HTTP'],
  network: ['UDP', 'TCP', 'TCP_UDP', 'TLS'],
  gateway: ['GENEVE'],
} as const;

export const CreateListener: Op<'CreateListener'> = async (elb, input, call) => {
  const balancer = elb.loadBalancer(input.LoadBalancerArn ?? '');
  const { port, protocol } = checkPlace(elb, balancer, input.Port, input.Protocol);
  checkTags(input.Tags ?? [], call);
  const actions = checkActions(elb, balancer, protocol, input.DefaultActions ?? []);
  const security = checkSecurity(protocol, input.Certificates ?? [], input.SslPolicy);
  const arn = listenerArn(balancer.arn);
  const listener = new Listener(
    arn,
    balancer.arn,
    port,
    protocol,
    security.certificates,
    security.sslPolicy,
    new Rule(ruleArn(arn), undefined, [], actions),
    balancer.kind,
  );
  elb.listeners.set(arn, listener);
  elb.tags.add(arn, input.Tags ?? []);
  elb.relink();
  // No packets are carried through a Gateway Load Balancer here.
  if (balancer.kind !== 'gateway') await elb.servers.start(balancer, listener);
  return { Listeners: [listener.describe()] };
};

export const DescribeListeners: Op<'DescribeListeners'> = (
  elb,
  { LoadBalancerArn, ListenerArns, ...paging },
) => {
  if (LoadBalancerArn === undefined && !ListenerArns?.length)
    throw validationError('You must specify either listener ARNs or a load balancer ARN');
  if (LoadBalancerArn !== undefined && ListenerArns?.length)
    throw validationError('You cannot specify both listener ARNs and a load balancer ARN');
  const listeners =
    LoadBalancerArn === undefined
      ? (ListenerArns ?? []).map((arn) => elb.listener(arn))
      : elb.listenersOf(elb.loadBalancer(LoadBalancerArn).arn);
  const { page, NextMarker } = pageOf(listeners, ({ arn }) => arn, paging);
  return { Listeners: page.map((one) => one.describe()), NextMarker };
};

export const ModifyListener: Op<'ModifyListener'> = async (elb, input) => {
  const listener = elb.listener(input.ListenerArn ?? '');
  const balancer = elb.loadBalancer(listener.balancerArn);
  const { port, protocol } = checkPlace(
    elb,
    balancer,
    input.Port ?? listener.port,
    input.Protocol ?? listener.protocol,
    listener,
  );
  const security = checkSecurity(
    protocol,
    input.Certificates ?? (protocol === 'HTTPS' ? listener.certificates : []),
    input.SslPolicy ?? (protocol === 'HTTPS' ? listener.sslPolicy : undefined),
  );
  if (input.DefaultActions)
    listener.defaultRule.actions = checkActions(elb, balancer, protocol, input.DefaultActions);
  const moved = port !== listener.port || protocol !== listener.protocol;
  listener.port = port;
  listener.protocol = protocol;
  listener.certificates = security.certificates;
  listener.sslPolicy = security.sslPolicy;
  elb.relink();
  if (moved) {
    elb.servers.stop(listener.arn);
    await elb.servers.start(balancer, listener);
  }
  return { Listeners: [listener.describe()] };
};

export const DeleteListener: Op<'DeleteListener'> = (elb, { ListenerArn }) => {
  elb.removeListener(elb.listener(ListenerArn ?? ''));
  elb.relink();
  return {};
};

export const AddListenerCertificates: Op<'AddListenerCertificates'> = (
  elb,
  { ListenerArn, Certificates },
) => {
  const listener = elb.listener(ListenerArn ?? '');
  const added = checkCertificates(listener, Certificates ?? []);
  for (const arn of added) if (!listener.moreCertificates.includes(arn)) listener.moreCertificates.push(arn);
  return { Certificates: added.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
};

export const RemoveListenerCertificates: Op<'RemoveListenerCertificates'> = (
  elb,
  { ListenerArn, Certificates },
) => {
  const listener = elb.listener(ListenerArn ?? '');
  const removed = checkCertificates(listener, Certificates ?? []);
  if (removed.some((arn) => listener.certificates.some(({ CertificateArn }) => CertificateArn === arn)))
    throw operationNotPermitted('The default certificate of a listener cannot be removed');
  listener.moreCertificates = listener.moreCertificates.filter((arn) => !removed.includes(arn));
  return {};
};

export const DescribeListenerCertificates: Op<'DescribeListenerCertificates'> = (
  elb,
  { ListenerArn, ...paging },
) => {
  const { certificates, moreCertificates } = elb.listener(ListenerArn ?? '');
  const all = [
    ...certificates.map(({ CertificateArn }) => ({ CertificateArn, IsDefault: true })),
    ...moreCertificates.map((CertificateArn) => ({ CertificateArn, IsDefault: false })),
  ];
  const { page, NextMarker } = pageOf(all, ({ CertificateArn = '' }) => CertificateArn, paging);
  return { Certificates: page, NextMarker };
};

export const DescribeListenerAttributes: Op<'DescribeListenerAttributes'> = (elb, { ListenerArn }) => {
  return { Attributes: elb.listener(ListenerArn ?? '').attributes.list() };
};

export const ModifyListenerAttributes: Op<'ModifyListenerAttributes'> = (
  elb,
  { ListenerArn, Attributes },
) => {
  const { attributes } = elb.listener(ListenerArn ?? '');
  attributes.modify(Attributes ?? []);
  return { Attributes: attributes.list() };
};

function checkPlace(
  elb: LoadBalancingState,
  balancer: LoadBalancer,
  port: number | undefined,
  protocol: ProtocolEnum | undefined,
  self?: Listener,
): { port: number; protocol: ProtocolEnum } {
  if (balancer.kind === 'gateway') return gatewayPlace(elb, balancer, port, protocol, self);
  const allowed: readonly string[] = PROTOCOLS[balancer.kind];
  if (protocol === undefined) throw validationError('A listener protocol must be specified');
  if (port === undefined) throw validationError('A listener port must be specified');
  if (!allowed.includes(protocol))
    throw validationError(`Listener protocol '${protocol}' must be one of '${allowed.join(', ')}'`);
  if (balancer.kind === 'network' && protocol !== 'TCP')
    throw unsupportedProtocol(
      `The embedded AWS has listeners of Network Load Balancers with the protocol TCP, not '${protocol}'`,
    );
  if (elb.listenersOf(balancer.arn).some((one) => one !== self && one.port === port))
    throw duplicateListener(
      `A listener already exists on this port for this load balancer '${balancer.arn}'`,
    );
  return { port, protocol };
}

/** The one listener of a Gateway Load Balancer, which takes all packets. */
function gatewayPlace(
  elb: LoadBalancingState,
  balancer: LoadBalancer,
  port: number | undefined,
  protocol: ProtocolEnum | undefined,
  self?: Listener,
): { port: number; protocol: ProtocolEnum } {
  const own = self && { port: self.port, protocol: self.protocol };
  if ((port ?? own?.port) !== own?.port || (protocol ?? own?.protocol) !== own?.protocol)
    throw validationError(
      "A port and a protocol cannot be specified for a listener of a load balancer of the type 'gateway'",
    );
  if (elb.listenersOf(balancer.arn).some((one) => one !== self))
    throw duplicateListener(`A listener already exists for this load balancer '${balancer.arn}'`);
  return { port: 0, protocol: 'GENEVE' };
}

/** The ARNs of certificates that are added to a listener, or taken from it. */
function checkCertificates(listener: Listener, certificates: readonly Certificate[]): string[] {
  if (listener.protocol !== 'HTTPS')
    throw invalidConfigurationRequest(
      `Certificates cannot be used with a listener of the protocol '${listener.protocol}'`,
    );
  if (certificates.length === 0) throw validationError('A certificate must be specified');
  return certificates.map(({ CertificateArn = '' }) => checkCertificateArn(CertificateArn));
}

function checkCertificateArn(arn: string): string {
  if (!/^arn:aws[\w-]*:(acm:[\w-]+:\d{12}:certificate\/|iam::\d{12}:server-certificate\/).+/.test(arn))
    throw certificateNotFound(`Certificate ARN '${arn}' is not valid`);
  return arn;
}

function checkSecurity(
  protocol: string,
  certificates: readonly Certificate[],
  sslPolicy: string | undefined,
): { certificates: readonly Certificate[]; sslPolicy: string | undefined } {
  if (protocol !== 'HTTPS') {
    if (certificates.length > 0 || sslPolicy)
      throw invalidConfigurationRequest(
        `Certificates and SSL policies cannot be used with a listener of the protocol '${protocol}'`,
      );
    return { certificates: [], sslPolicy: undefined };
  }
  const [certificate] = certificates;
  if (!certificate) throw validationError('A certificate must be specified for HTTPS listeners');
  if (certificates.length > 1)
    throw tooManyCertificates('You can specify only one default certificate for a listener');
  checkCertificateArn(certificate.CertificateArn ?? '');
  checkSslPolicy(sslPolicy);
  return {
    certificates: certificates.map(({ CertificateArn }) => ({ CertificateArn })),
    sslPolicy: sslPolicy ?? DEFAULT_SSL_POLICY,
  };
}
