import type { VpcConfig } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import { type Api, clientOf } from '../../../core/client';
import type { Call } from '../../../core/service';
import { invalidParameter } from '../errors';
import type { LambdaState } from '../state';

/**
 * Checks that the role of a function may do what Lambda does by it to place the function in a VPC. Nothing is done: EC2 is asked whether
 * it would.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 *
 * @param call of the caller, whose request it is
 * @throws AwsError InvalidParameterValueException
 */
export async function checkNetworkRights(
  lambda: LambdaState,
  { arn, role }: { readonly arn: string; readonly role: string },
  { SubnetIds: [SubnetId] = [], SecurityGroupIds: Groups }: VpcConfig,
  call: Call,
): Promise<void> {
  if (SubnetId === undefined) return;
  const { request: _request, ...rest } = call;
  const principal = lambda.sessions.principalOf(role, arn);
  const ec2: Api<typeof import('@aws-sdk/client-ec2')> = clientOf(lambda.context, 'ec2', () => ({
    ...rest,
    principal,
  }));
  const asked = {
    CreateNetworkInterface: () => ec2.CreateNetworkInterface({ SubnetId, Groups, DryRun: true }),
    DescribeNetworkInterfaces: () => ec2.DescribeNetworkInterfaces({ DryRun: true }),
    DeleteNetworkInterface: () =>
      ec2.DeleteNetworkInterface({ NetworkInterfaceId: `eni-${'0'.repeat(17)}`, DryRun: true }),
  };
  for (const [operation, ask] of Object.entries(asked)) {
    const code = await ask().then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof AwsError) return error.code;
        throw error;
      },
    );
    if (code === 'UnauthorizedOperation')
      throw invalidParameter(
        `The provided execution role does not have permissions to call ${operation} on EC2`,
      );
  }
}
