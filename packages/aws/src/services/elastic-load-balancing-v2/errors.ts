import { AwsError } from '../../core/aws-error';

/** An error of Elastic Load Balancing: its code, and what a message makes of it. */
const error = (code: string) => (message: string) => new AwsError(code, message);

/**
 * Every error that Elastic Load Balancing answers here, by its code.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html and each operation's own
 */
export const allocationIdNotFound = error('AllocationIdNotFound');
export const certificateNotFound = error('CertificateNotFound');
export const duplicateListener = error('DuplicateListener');
export const duplicateLoadBalancerName = error('DuplicateLoadBalancerName');
export const duplicateTagKeys = error('DuplicateTagKeys');
export const duplicateTargetGroupName = error('DuplicateTargetGroupName');
export const incompatibleProtocols = error('IncompatibleProtocols');
export const invalidConfigurationRequest = error('InvalidConfigurationRequest');
export const invalidLoadBalancerAction = error('InvalidLoadBalancerAction');
export const invalidSecurityGroup = error('InvalidSecurityGroup');
export const invalidSubnet = error('InvalidSubnet');
export const invalidTarget = error('InvalidTarget');
export const listenerNotFound = error('ListenerNotFound');
export const loadBalancerNotFound = error('LoadBalancerNotFound');
export const operationNotPermitted = error('OperationNotPermitted');
export const priorityInUse = error('PriorityInUse');
export const resourceInUse = error('ResourceInUse');
export const ruleNotFound = error('RuleNotFound');
export const sslPolicyNotFound = error('SSLPolicyNotFound');
export const subnetNotFound = error('SubnetNotFound');
export const targetGroupAssociationLimit = error('TargetGroupAssociationLimit');
export const targetGroupNotFound = error('TargetGroupNotFound');
export const tooManyCertificates = error('TooManyCertificates');
export const tooManyRules = error('TooManyRules');
export const tooManyTags = error('TooManyTags');
export const tooManyUniqueTargetGroups = error('TooManyUniqueTargetGroupsPerLoadBalancer');
export const unsupportedProtocol = error('UnsupportedProtocol');
export const validationError = error('ValidationError');
