import { AwsError } from '../../core/aws-error';

/** An error of Classic Load Balancers: its code, and what a message makes of it. */
const error = (code: string) => (message: string) => new AwsError(code, message);

/**
 * Every error that Classic Load Balancers answer here, by its code.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/CommonErrors.html and each operation's own
 */
export const certificateNotFound = error('CertificateNotFound');
export const duplicateListener = error('DuplicateListener');
export const duplicateLoadBalancerName = error('DuplicateLoadBalancerName');
export const duplicatePolicyName = error('DuplicatePolicyName');
export const duplicateTagKeys = error('DuplicateTagKeys');
export const invalidConfigurationRequest = error('InvalidConfigurationRequest');
export const invalidInstance = error('InvalidInstance');
export const invalidScheme = error('InvalidScheme');
export const invalidSecurityGroup = error('InvalidSecurityGroup');
export const invalidSubnet = error('InvalidSubnet');
export const listenerNotFound = error('ListenerNotFound');
export const loadBalancerAttributeNotFound = error('LoadBalancerAttributeNotFound');
export const loadBalancerNotFound = error('LoadBalancerNotFound');
export const policyNotFound = error('PolicyNotFound');
export const policyTypeNotFound = error('PolicyTypeNotFound');
export const subnetNotFound = error('SubnetNotFound');
export const tooManyTags = error('TooManyTags');
export const validationError = error('ValidationError');
