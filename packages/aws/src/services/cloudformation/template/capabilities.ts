import { AwsError } from '../../../core/aws-error';
import type { Template } from './template';

/** IAM types, and the property that gives each a name of the user's own. */
const IAM_TYPES: Readonly<Record<string, string>> = {
  'AWS::IAM::AccessKey': '',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': '',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': '',
};

/** The capabilities that a template demands, and the types for which it does. */
export function requiredCapabilities(template: Template): { capabilities: string[]; types: string[] } {
  const iam = Object.values(template.Resources).filter(({ Type }) => Object.hasOwn(IAM_TYPES, Type));
  if (iam.length === 0) return { capabilities: [], types: [] };
  const named = iam.some(({ Type, Properties }) => Properties?.[IAM_TYPES[Type] || '-'] !== undefined);
  return {
    capabilities: [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'],
    types: [...new Set(iam.map(({ Type }) => Type))],
  };
}

/** @throws AwsError `InsufficientCapabilitiesException` */
export function checkCapabilities(template: Template, given: readonly string[]): void {
  const needed = requiredCapabilities(template).capabilities[0];
  if (needed === undefined || given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed)) return;
  throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`);
}
