import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Certificate, ProtocolEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import type { Servers } from '../data-plane/servers';
import { checkRange } from '../errors';
import type { Balancing } from '../health/targets';
import { takePage } from '../paging';
import { Listener, Rule } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import { listenerArn, ruleArn } from '../records/names';
import { checkSslPolicy, DEFAULT_SSL_POLICY } from '../records/ssl-policies';
import { checkTags } from '../records/tags';
import { checkActions } from './read-actions';

const PROTOCOLS = { application: ['HTTPS', 'HTTP'], network: ['TCP'] } as const;

/** Operations on listeners. */
export function listenerOperations(balancing: Balancing, servers: Servers) {
  return {
    async CreateListener(input, call: Call) {
      const balancer = balancing.loadBalancer(input.LoadBalancerArn ?? '');
      const { port, protocol } = checkPlace(balancing, balancer, input.Port, input.Protocol);
      checkTags(input.Tags ?? [], call);
      const actions = checkActions(balancing, balancer, protocol, input.DefaultActions ?? []);
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
      balancing.listeners.set(arn, listener);
      balancing.tags.add(arn, input.Tags ?? []);
      balancing.relink();
      await servers.start(balancer, listener);
      return { Listeners: [listener.describe()] };
    },

    DescribeListeners({ LoadBalancerArn, ListenerArns, ...paging }) {
      if (LoadBalancerArn === undefined && !ListenerArns?.length)
        throw new AwsError('ValidationError', 'You must specify either listener ARNs or a load balancer ARN');
      if (LoadBalancerArn !== undefined && ListenerArns?.length)
        throw new AwsError(
          'ValidationError',
          'You cannot specify both listener ARNs and a load balancer ARN',
        );
      const listeners =
        LoadBalancerArn === undefined
          ? (ListenerArns ?? []).map((arn) => balancing.listener(arn))
          : balancing.listenersOf(balancing.loadBalancer(LoadBalancerArn).arn);
      const { page, NextMarker } = takePage(listeners, paging);
      return { Listeners: page.map((one) => one.describe()), NextMarker };
    },

    async ModifyListener(input) {
      const listener = balancing.listener(input.ListenerArn ?? '');
      const balancer = balancing.loadBalancer(listener.balancerArn);
      const { port, protocol } = checkPlace(
        balancing,
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
        listener.defaultRule.actions = checkActions(balancing, balancer, protocol, input.DefaultActions);
      const moved = port !== listener.port || protocol !== listener.protocol;
      listener.port = port;
      listener.protocol = protocol;
      listener.certificates = security.certificates;
      listener.sslPolicy = security.sslPolicy;
      balancing.relink();
      if (moved) {
        servers.stop(listener.arn);
        await servers.start(balancer, listener);
      }
      return { Listeners: [listener.describe()] };
    },

    DeleteListener({ ListenerArn }) {
      deleteListener(balancing, servers, balancing.listener(ListenerArn ?? ''));
      balancing.relink();
      return {};
    },

    AddListenerCertificates({ ListenerArn, Certificates }) {
      const listener = balancing.listener(ListenerArn ?? '');
      const added = checkCertificates(listener, Certificates ?? []);
      for (const arn of added)
        if (!listener.moreCertificates.includes(arn)) listener.moreCertificates.push(arn);
      return { Certificates: added.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
    },

    RemoveListenerCertificates({ ListenerArn, Certificates }) {
      const listener = balancing.listener(ListenerArn ?? '');
      const removed = checkCertificates(listener, Certificates ?? []);
      if (removed.some((arn) => listener.certificates.some(({ CertificateArn }) => CertificateArn === arn)))
        throw new AwsError(
          'OperationNotPermitted',
          'The default certificate of a listener cannot be removed',
        );
      listener.moreCertificates = listener.moreCertificates.filter((arn) => !removed.includes(arn));
      return {};
    },

    DescribeListenerCertificates({ ListenerArn, ...paging }) {
      const { certificates, moreCertificates } = balancing.listener(ListenerArn ?? '');
      const all = [
        ...certificates.map(({ CertificateArn }) => ({ CertificateArn, IsDefault: true })),
        ...moreCertificates.map((CertificateArn) => ({ CertificateArn, IsDefault: false })),
      ];
      const { page, NextMarker } = takePage(all, paging);
      return { Certificates: page, NextMarker };
    },

    DescribeListenerAttributes({ ListenerArn }) {
      return { Attributes: balancing.listener(ListenerArn ?? '').attributes.list() };
    },

    ModifyListenerAttributes({ ListenerArn, Attributes }) {
      const { attributes } = balancing.listener(ListenerArn ?? '');
      attributes.modify(Attributes ?? []);
      return { Attributes: attributes.list() };
    },
  } satisfies OperationsOf<typeof client>;
}

/** Stops the listener and forgets it with its rules. The caller relinks. */
export function deleteListener(balancing: Balancing, servers: Servers, listener: Listener): void {
  servers.stop(listener.arn);
  balancing.listeners.delete(listener.arn);
  for (const arn of [listener.arn, ...listener.rules().map((rule) => rule.arn)]) balancing.tags.forget(arn);
}

function checkPlace(
  balancing: Balancing,
  balancer: LoadBalancer,
  port: number | undefined,
  protocol: ProtocolEnum | undefined,
  self?: Listener,
): { port: number; protocol: ProtocolEnum } {
  const allowed: readonly string[] = PROTOCOLS[balancer.kind];
  if (protocol === undefined) throw new AwsError('ValidationError', 'A listener protocol must be specified');
  if (port === undefined) throw new AwsError('ValidationError', 'A listener port must be specified');
  if (!allowed.includes(protocol))
    throw new AwsError(
      ['TLS', 'UDP', 'TCP_UDP'].includes(protocol) && balancer.kind === 'network'
        ? 'UnsupportedProtocol'
        : 'ValidationError',
      `Listener protocol '${protocol}' must be one of '${allowed.join(', ')}'`,
    );
  checkRange('port', port, 1, 65_535);
  if (balancing.listenersOf(balancer.arn).some((one) => one !== self && one.port === port))
    throw new AwsError(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${balancer.arn}'`,
    );
  return { port, protocol };
}

/** The ARNs of certificates that are added to a listener, or taken from it. */
function checkCertificates(listener: Listener, certificates: readonly Certificate[]): string[] {
  if (listener.protocol !== 'HTTPS')
    throw new AwsError(
      'InvalidConfigurationRequest',
      `Certificates cannot be used with a listener of the protocol '${listener.protocol}'`,
    );
  if (certificates.length === 0) throw new AwsError('ValidationError', 'A certificate must be specified');
  return certificates.map(({ CertificateArn = '' }) => checkCertificateArn(CertificateArn));
}

function checkCertificateArn(arn: string): string {
  if (!/^arn:aws[\w-]*:(acm:[\w-]+:\d{12}:certificate\/|iam::\d{12}:server-certificate\/).+/.test(arn))
    throw new AwsError('CertificateNotFound', `Certificate ARN '${arn}' is not valid`);
  return arn;
}

function checkSecurity(
  protocol: string,
  certificates: readonly Certificate[],
  sslPolicy: string | undefined,
): { certificates: readonly Certificate[]; sslPolicy: string | undefined } {
  if (protocol !== 'HTTPS') {
    if (certificates.length > 0 || sslPolicy)
      throw new AwsError(
        'InvalidConfigurationRequest',
        `Certificates and SSL policies cannot be used with a listener of the protocol '${protocol}'`,
      );
    return { certificates: [], sslPolicy: undefined };
  }
  const [certificate] = certificates;
  if (!certificate)
    throw new AwsError('ValidationError', 'A certificate must be specified for HTTPS listeners');
  if (certificates.length > 1)
    throw new AwsError('TooManyCertificates', 'You can specify only one default certificate for a listener');
  checkCertificateArn(certificate.CertificateArn ?? '');
  checkSslPolicy(sslPolicy);
  return {
    certificates: certificates.map(({ CertificateArn }) => ({ CertificateArn })),
    sslPolicy: sslPolicy ?? DEFAULT_SSL_POLICY,
  };
}
