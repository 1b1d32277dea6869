import type {
  Policies,
  PolicyDescription,
  PolicyTypeDescription,
} from '@aws-sdk/client-elastic-load-balancing';

/** A policy of a load balancer. */
export interface Policy {
  readonly name: string;
  readonly type: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

const attribute = (
  AttributeName: string,
  AttributeType: 'Boolean' | 'String' | 'Long' | 'PolicyName',
  Cardinality: 'ONE' | 'ZERO_OR_ONE' | 'ZERO_OR_MORE' | 'ONE_OR_MORE',
  more: { DefaultValue?: string; Description?: string } = {},
) => ({ AttributeName, AttributeType, Cardinality, ...more });

/** What policies are made of. https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicyTypes.html */
export const POLICY_TYPES: readonly (PolicyTypeDescription & { readonly PolicyTypeName: string })[] = [
  {
    PolicyTypeName: 'AppCookieStickinessPolicyType',
    Description:
      'Stickiness policy with session lifetimes controlled by the lifetime of the application-generated cookie. This policy can be associated only with HTTP/HTTPS listeners.',
    PolicyAttributeTypeDescriptions: [attribute('CookieName', 'String', 'ONE')],
  },
  {
    PolicyTypeName: 'LBCookieStickinessPolicyType',
    Description:
      'Stickiness policy with session lifetimes controlled by the browser (user-agent) or a specified expiration period. This policy can be associated only with HTTP/HTTPS listeners.',
    PolicyAttributeTypeDescriptions: [attribute('CookieExpirationPeriod', 'Long', 'ZERO_OR_ONE')],
  },
  {
    PolicyTypeName: 'ProxyProtocolPolicyType',
    Description:
      'Policy that controls whether to include the IP address and port of the originating request for TCP messages. This policy operates on TCP/SSL listeners only',
    PolicyAttributeTypeDescriptions: [attribute('ProxyProtocol', 'Boolean', 'ONE')],
  },
  {
    PolicyTypeName: 'PublicKeyPolicyType',
    Description:
      'Policy containing a list of public keys to accept when authenticating the back-end server(s). This policy cannot be applied directly to back-end servers or listeners but must be part of a BackendServerAuthenticationPolicyType.',
    PolicyAttributeTypeDescriptions: [attribute('PublicKey', 'String', 'ONE')],
  },
  {
    PolicyTypeName: 'BackendServerAuthenticationPolicyType',
    Description:
      'Policy that controls authentication to back-end server(s) and contains one or more policies, such as an instance of a PublicKeyPolicyType. This policy can be associated only with back-end servers that are using HTTPS/SSL.',
    PolicyAttributeTypeDescriptions: [attribute('PublicKeyPolicyName', 'PolicyName', 'ONE_OR_MORE')],
  },
  {
    PolicyTypeName: 'SSLNegotiationPolicyType',
    Description:
      'Listener policy that defines the ciphers and protocols that will be accepted by the load balancer. This policy can be associated only with HTTPS/SSL listeners.',
    PolicyAttributeTypeDescriptions: [
      ...['Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2', 'Server-Defined-Cipher-Order'].map(
        (name) => attribute(name, 'Boolean', 'ZERO_OR_ONE'),
      ),
      attribute('Reference-Security-Policy', 'String', 'ZERO_OR_ONE'),
    ],
  },
];

/** Security policies that AWS has defined, the default one first, with the TLS versions that each lets through. */
const PREDEFINED: readonly (readonly [name: string, ...protocols: string[]])[] = [
  ['ELBSecurityPolicy-2016-08', 'Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'],
  ['ELBSecurityPolicy-TLS-1-2-2017-01', 'Protocol-TLSv1.2'],
  ['ELBSecurityPolicy-TLS-1-1-2017-01', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'],
  ['ELBSecurityPolicy-2015-05', 'Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'],
  ['ELBSecurityPolicy-2015-03', 'Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'],
  ['ELBSecurityPolicy-2015-02', 'Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'],
];
export const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-2016-08';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html */
export const PREDEFINED_POLICIES: readonly Policy[] = PREDEFINED.map(([name, ...protocols]) =>
  sslPolicy(name, name, protocols),
);

/** A policy that takes all from a predefined one. @param protocols as the predefined one has them */
export function sslPolicy(
  name: string,
  reference: string,
  protocols = PREDEFINED.find(([one]) => one === reference)?.slice(1) ?? [],
): Policy {
  return {
    name,
    type: 'SSLNegotiationPolicyType',
    attributes: [
      { name: 'Reference-Security-Policy', value: reference },
      ...['Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2'].map((protocol) => ({
        name: protocol,
        value: String(protocols.includes(protocol)),
      })),
      { name: 'Server-Defined-Cipher-Order', value: 'true' },
    ],
  };
}

export function describePolicy({ name, type, attributes }: Policy): PolicyDescription {
  return {
    PolicyName: name,
    PolicyTypeName: type,
    PolicyAttributeDescriptions: attributes.map((one) => ({
      AttributeName: one.name,
      AttributeValue: one.value,
    })),
  };
}

/** As DescribeLoadBalancers lists them. */
export function describePolicies(policies: readonly Policy[]): Policies {
  const of = (type: string) => policies.filter((policy) => policy.type === type);
  const value = (policy: Policy, name: string) => policy.attributes.find((one) => one.name === name)?.value;
  const sticky = ['AppCookieStickinessPolicyType', 'LBCookieStickinessPolicyType'];
  return {
    AppCookieStickinessPolicies: of('AppCookieStickinessPolicyType').map((policy) => ({
      PolicyName: policy.name,
      CookieName: value(policy, 'CookieName'),
    })),
    LBCookieStickinessPolicies: of('LBCookieStickinessPolicyType').map((policy) => {
      const seconds = value(policy, 'CookieExpirationPeriod');
      return {
        PolicyName: policy.name,
        ...(seconds !== undefined && { CookieExpirationPeriod: Number(seconds) }),
      };
    }),
    OtherPolicies: policies.filter(({ type }) => !sticky.includes(type)).map(({ name }) => name),
  };
}
