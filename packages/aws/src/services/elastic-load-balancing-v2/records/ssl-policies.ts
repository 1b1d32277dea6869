import type { SslPolicy } from '@aws-sdk/client-elastic-load-balancing-v2';
import { sslPolicyNotFound } from '../errors';

export const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-2016-08';

const MODERN = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const TLS12 = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

/** Some of AWS's predefined policies. Application Load Balancer User Guide, Security policies. */
export const SSL_POLICIES: readonly SslPolicy[] = [
  policy(DEFAULT_SSL_POLICY, ['TLSv1', 'TLSv1.1', 'TLSv1.2'], TLS12),
  policy('ELBSecurityPolicy-TLS-1-2-2017-01', ['TLSv1.2'], TLS12),
  policy('ELBSecurityPolicy-TLS13-1-2-2021-06', ['TLSv1.2', 'TLSv1.3'], [...MODERN, ...TLS12]),
  policy('ELBSecurityPolicy-TLS13-1-2-Res-2021-06', ['TLSv1.2', 'TLSv1.3'], [...MODERN, ...TLS12]),
  policy('ELBSecurityPolicy-TLS13-1-3-2021-06', ['TLSv1.3'], MODERN),
];

/** @throws AwsError SSLPolicyNotFound */
export function checkSslPolicy(name: string | undefined): void {
  if (name !== undefined && !SSL_POLICIES.some(({ Name }) => Name === name))
    throw sslPolicyNotFound(`SSL policy '${name}' not found`);
}

function policy(name: string, protocols: string[], ciphers: string[]): SslPolicy {
  return {
    Name: name,
    SslProtocols: protocols,
    Ciphers: ciphers.map((Name, index) => ({ Name, Priority: index + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  };
}
