import { validationError } from '../../errors';
import { type Clients, ServiceFailure } from '../../resources/clients';
import type { StackDefinition } from '../../stacks/stack';

/** How it is found out whether the value of an AWS-specific parameter type is there. */
const CHECKS: Readonly<Record<string, (aws: Clients, value: string) => Promise<unknown>>> = {
  'AWS::EC2::VPC::Id': (aws, value) => aws.ec2.DescribeVpcs({ VpcIds: [value] }),
  'AWS::EC2::Subnet::Id': (aws, value) => aws.ec2.DescribeSubnets({ SubnetIds: [value] }),
  'AWS::EC2::SecurityGroup::Id': (aws, value) => aws.ec2.DescribeSecurityGroups({ GroupIds: [value] }),
  'AWS::EC2::Instance::Id': (aws, value) => aws.ec2.DescribeInstances({ InstanceIds: [value] }),
  'AWS::EC2::Image::Id': (aws, value) => aws.ec2.DescribeImages({ ImageIds: [value] }),
  'AWS::EC2::Volume::Id': (aws, value) => aws.ec2.DescribeVolumes({ VolumeIds: [value] }),
  'AWS::EC2::KeyPair::KeyName': (aws, value) => aws.ec2.DescribeKeyPairs({ KeyNames: [value] }),
};

/**
 * Checks that what the parameters of AWS-specific types name is there.
 *
 * @throws AwsError `ValidationError`, which fails the stack and not the request, as on AWS
 */
export async function checkParameterValues(aws: Clients, definition: StackDefinition): Promise<void> {
  const checks = [...definition.parameters.values()].flatMap(({ key, value }) => {
    const type = definition.template.Parameters[key]?.Type ?? '';
    const check = CHECKS[/(AWS::EC2::[\w:]+)/.exec(type)?.[1] ?? ''];
    if (!check) return [];
    const values = typeof value === 'string' ? [value] : value;
    return values.map((one) => checkValue(key, one, () => check(aws, one)));
  });
  await Promise.all(checks);
}

async function checkValue(key: string, value: string, check: () => Promise<unknown>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw validationError(
      `Parameter validation failed: parameter value ${value} for parameter name ${key} does not exist`,
    );
  }
}
