import {
  duplicatePolicyName,
  invalidConfigurationRequest,
  policyNotFound,
  policyTypeNotFound,
  validationError,
} from '../errors';
import type { LoadBalancer } from '../records/load-balancer';
import {
  describePolicy,
  POLICY_TYPES,
  type Policy,
  PREDEFINED_POLICIES,
  sslPolicy,
} from '../records/policies';
import type { Op } from '../state';

export const CreateAppCookieStickinessPolicy: Op<'CreateAppCookieStickinessPolicy'> = (
  elb,
  { LoadBalancerName, PolicyName = '', CookieName = '' },
) => {
  add(elb.loadBalancer(LoadBalancerName), {
    name: PolicyName,
    type: 'AppCookieStickinessPolicyType',
    attributes: [{ name: 'CookieName', value: CookieName }],
  });
  return {};
};

export const CreateLBCookieStickinessPolicy: Op<'CreateLBCookieStickinessPolicy'> = (
  elb,
  { LoadBalancerName, PolicyName = '', CookieExpirationPeriod },
) => {
  add(elb.loadBalancer(LoadBalancerName), {
    name: PolicyName,
    type: 'LBCookieStickinessPolicyType',
    attributes:
      CookieExpirationPeriod === undefined
        ? []
        : [{ name: 'CookieExpirationPeriod', value: String(CookieExpirationPeriod) }],
  });
  return {};
};

export const CreateLoadBalancerPolicy: Op<'CreateLoadBalancerPolicy'> = (
  elb,
  { LoadBalancerName, PolicyName = '', PolicyTypeName = '', PolicyAttributes = [] },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const type = requireType(PolicyTypeName);
  const attributes = PolicyAttributes.map(({ AttributeName: name = '', AttributeValue: value = '' }) => ({
    name,
    value,
  }));
  for (const wanted of type.PolicyAttributeTypeDescriptions ?? [])
    if (
      (wanted.Cardinality === 'ONE' || wanted.Cardinality === 'ONE_OR_MORE') &&
      !attributes.some(({ name }) => name === wanted.AttributeName)
    )
      throw invalidConfigurationRequest(
        `Policy attribute ${wanted.AttributeName} must be specified for ${PolicyTypeName}`,
      );
  add(balancer, expand({ name: PolicyName, type: PolicyTypeName, attributes }));
  return {};
};

export const DeleteLoadBalancerPolicy: Op<'DeleteLoadBalancerPolicy'> = (
  elb,
  { LoadBalancerName, PolicyName = '' },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const users = [
    ...[...balancer.listeners.values()].map(({ policyNames }) => policyNames),
    ...balancer.backendPolicies.values(),
  ];
  if (users.some((names) => names.includes(PolicyName)))
    throw invalidConfigurationRequest(`The policy '${PolicyName}' is in use and cannot be deleted`);
  balancer.policies.delete(PolicyName);
  return {};
};

export const DescribeLoadBalancerPolicies: Op<'DescribeLoadBalancerPolicies'> = (
  elb,
  { LoadBalancerName, PolicyNames },
) => {
  const all =
    LoadBalancerName === undefined
      ? PREDEFINED_POLICIES
      : [...elb.loadBalancer(LoadBalancerName).policies.values()];
  for (const name of PolicyNames ?? [])
    if (!all.some((policy) => policy.name === name)) throw noSuchPolicy(name);
  const wanted = all.filter(({ name }) => !PolicyNames?.length || PolicyNames.includes(name));
  return { PolicyDescriptions: wanted.map(describePolicy) };
};

export const DescribeLoadBalancerPolicyTypes: Op<'DescribeLoadBalancerPolicyTypes'> = (
  _elb,
  { PolicyTypeNames },
) => ({
  PolicyTypeDescriptions: structuredClone(
    PolicyTypeNames?.length ? PolicyTypeNames.map(requireType) : [...POLICY_TYPES],
  ),
});

export const SetLoadBalancerPoliciesForBackendServer: Op<'SetLoadBalancerPoliciesForBackendServer'> = (
  elb,
  { LoadBalancerName, InstancePort = 0, PolicyNames = [] },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  for (const name of PolicyNames) require(balancer, name);
  if (![...balancer.listeners.values()].some(({ instancePort }) => instancePort === InstancePort))
    throw invalidConfigurationRequest(
      `LoadBalancer '${balancer.name}' has no listener with the instance port ${InstancePort}`,
    );
  if (PolicyNames.length === 0) balancer.backendPolicies.delete(InstancePort);
  else balancer.backendPolicies.set(InstancePort, [...PolicyNames]);
  return {};
};

export const SetLoadBalancerPoliciesOfListener: Op<'SetLoadBalancerPoliciesOfListener'> = (
  elb,
  { LoadBalancerName, LoadBalancerPort, PolicyNames = [] },
) => {
  const balancer = elb.loadBalancer(LoadBalancerName);
  const listener = balancer.listener(LoadBalancerPort);
  const isHttp = listener.protocol === 'HTTP' || listener.protocol === 'HTTPS';
  for (const name of PolicyNames) {
    const { type } = require(balancer, name);
    const fits =
      type === 'SSLNegotiationPolicyType'
        ? listener.certificateId !== undefined
        : type.endsWith('CookieStickinessPolicyType') && isHttp;
    if (!fits)
      throw invalidConfigurationRequest(
        `A policy of the type ${type} cannot be associated with a listener of the protocol ${listener.protocol}`,
      );
  }
  listener.policyNames = [...PolicyNames];
  return {};
};

/** A policy of another's making takes all from that. */
function expand(policy: Policy): Policy {
  const reference = policy.attributes.find(({ name }) => name === 'Reference-Security-Policy')?.value;
  if (policy.type !== 'SSLNegotiationPolicyType' || reference === undefined) return policy;
  if (!PREDEFINED_POLICIES.some(({ name }) => name === reference)) throw noSuchPolicy(reference);
  return sslPolicy(policy.name, reference);
}

function add(balancer: LoadBalancer, policy: Policy): void {
  if (!/^[A-Za-z0-9-]+$/.test(policy.name))
    throw validationError(`Policy name '${policy.name}' can contain only alphanumeric characters and dashes`);
  if (balancer.policies.has(policy.name))
    throw duplicatePolicyName(
      `There is already a policy with name ${policy.name} for load balancer ${balancer.name}`,
    );
  balancer.policies.set(policy.name, policy);
}

function require(balancer: LoadBalancer, name: string): Policy {
  const found = balancer.policies.get(name);
  if (!found) throw noSuchPolicy(name);
  return found;
}

function requireType(name: string) {
  const found = POLICY_TYPES.find(({ PolicyTypeName }) => PolicyTypeName === name);
  if (!found) throw policyTypeNotFound(`There is no policy type with name ${name}`);
  return found;
}

function noSuchPolicy(name: string) {
  return policyNotFound(`There is no policy with name ${name}`);
}
