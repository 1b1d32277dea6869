import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type TargetGroup,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isAwsError } from '../../aws/error';
import { loadBalancing } from '../../aws/load-balancing';

const GONE = ['TargetGroupNotFound', 'TargetGroupNotFoundException'];

/** The name of a target group, which is in its ARN. */
export function nameOfTargetGroup(arn: string): string {
  return arn.split('/').at(-2) ?? arn;
}

/** Reads a target group. Undefined when there is no such one any more. */
export async function describeTargetGroup(arn: string): Promise<TargetGroup | undefined> {
  try {
    const { TargetGroups } = await loadBalancing().send(
      new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }),
    );
    return TargetGroups?.[0];
  } catch (error) {
    if (isAwsError(error, ...GONE)) return undefined;
    throw error;
  }
}

/** What a target group thinks of its targets. Undefined when there is no such one any more. */
export async function describeTargetHealth(
  TargetGroupArn: string,
): Promise<TargetHealthDescription[] | undefined> {
  try {
    const { TargetHealthDescriptions = [] } = await loadBalancing().send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    return TargetHealthDescriptions;
  } catch (error) {
    if (isAwsError(error, ...GONE)) return undefined;
    throw error;
  }
}
