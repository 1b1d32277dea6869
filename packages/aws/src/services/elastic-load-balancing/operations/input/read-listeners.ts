import type { Listener as Shape } from '@aws-sdk/client-elastic-load-balancing';
import { certificateNotFound, duplicateListener, validationError } from '../../errors';
import type { Listener, ListenerProtocol } from '../../records/listener';
import type { LoadBalancer } from '../../records/load-balancer';
import { DEFAULT_SSL_POLICY, sslPolicy } from '../../records/policies';

/** The listeners that a request asks for. @throws AwsError ValidationError, CertificateNotFound, DuplicateListener */
export function readListeners(given: readonly Shape[] | undefined): Listener[] {
  if (!given?.length) throw validationError('Listeners must not be empty');
  const listeners = given.map(readListener);
  const ports = listeners.map(({ port }) => port);
  const twice = ports.find((port, at) => ports.indexOf(port) !== at);
  if (twice !== undefined) throw duplicateListener(`LoadBalancerPort ${twice} is named by two listeners`);
  return listeners;
}

function readListener(given: Shape): Listener {
  const protocol = readProtocol(given.Protocol ?? '');
  const isHttp = protocol === 'HTTP' || protocol === 'HTTPS';
  const instanceProtocol = readProtocol(given.InstanceProtocol ?? (isHttp ? 'HTTP' : 'TCP'));
  if (isHttp !== (instanceProtocol === 'HTTP' || instanceProtocol === 'HTTPS'))
    throw validationError(
      `Listener protocol ${protocol} and instance protocol ${instanceProtocol} must be at the same layer: HTTP and HTTPS, or TCP and SSL`,
    );
  const port = given.LoadBalancerPort ?? 0;
  if (port < 1 || port > 65_535) throw validationError('LoadBalancerPort must be in the range 1-65535');
  const isSecure = protocol === 'HTTPS' || protocol === 'SSL';
  if (isSecure && !given.SSLCertificateId)
    throw validationError('Secure Listeners need to specify a SSLCertificateId');
  if (!isSecure && given.SSLCertificateId)
    throw validationError('SSLCertificateId can be specified for secure listeners only: HTTPS or SSL');
  return {
    protocol,
    port,
    instanceProtocol,
    instancePort: given.InstancePort ?? 0,
    ...(isSecure && { certificateId: checkCertificate(given.SSLCertificateId ?? '') }),
    policyNames: [],
  };
}

/** AWS takes protocols in any case, and shows them in capitals. */
function readProtocol(text: string): ListenerProtocol {
  const protocol = text.toUpperCase();
  if (protocol !== 'HTTP' && protocol !== 'HTTPS' && protocol !== 'TCP' && protocol !== 'SSL')
    throw validationError('Listener protocol must be one of HTTP, HTTPS, TCP, SSL');
  return protocol;
}

/** @throws AwsError CertificateNotFound for what is no ARN of a certificate */
export function checkCertificate(arn: string): string {
  if (!/^arn:aws[\w-]*:(acm:[\w-]+:\d{12}:certificate\/|iam::\d{12}:server-certificate\/).+/.test(arn))
    throw certificateNotFound(`Server Certificate not found for the key: ${arn}`);
  return arn;
}

/** Secure listeners have AWS's default security policy until they are given another. */
export function addDefaultPolicy(balancer: LoadBalancer, listener: Listener): void {
  if (listener.certificateId === undefined) return;
  if (!balancer.policies.has(DEFAULT_SSL_POLICY))
    balancer.policies.set(DEFAULT_SSL_POLICY, sslPolicy(DEFAULT_SSL_POLICY, DEFAULT_SSL_POLICY));
  listener.policyNames = [DEFAULT_SSL_POLICY];
}
