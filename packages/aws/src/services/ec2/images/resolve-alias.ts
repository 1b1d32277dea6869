import { AwsError, isThrottle, mayPass } from '../../../core/aws-error';
import { clientOf } from '../../../core/client';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import { invalidParameterValue, requestLimitExceeded, serviceUnavailable } from '../errors';
import type { Inventory } from '../inventory';

const PREFIX = 'resolve:ssm:';

/**
 * The image id that `resolve:ssm:name[:version]` stands for; other texts are ids already. The parameter is read as its caller.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html
 *
 * @throws AwsError InvalidParameterValue when the parameter is not there, or the caller may not read it; RequestLimitExceeded and
 * ServiceUnavailable when the Parameter Store cannot be asked now: EC2's codes for whoever is to call again
 */
export async function resolveImageId(ec2: Inventory, given: string, call: Call): Promise<string> {
  if (!given.startsWith(PREFIX)) return given;
  const name = given.slice(PREFIX.length);
  const value = await readParameter(ec2, name, call);
  if (value !== undefined) return value;
  throw invalidParameterValue(
    `Value (${given}) for parameter ImageId is invalid. The SSM parameter ${name} was not found.`,
  );
}

async function readParameter(ec2: Inventory, name: string, call: Call): Promise<string | undefined> {
  try {
    const ssm = clientOf<typeof import('@aws-sdk/client-ssm')>(ec2.context, 'ssm', () =>
      forwarded(call, 'ec2.amazonaws.com'),
    );
    const { Parameters } = await ssm.GetParameters({ Names: [name] });
    return Parameters?.[0]?.Value;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (isThrottle(error)) throw requestLimitExceeded(`Request limit exceeded. ${whyUnread(name, error)}`);
    if (mayPass(error))
      throw serviceUnavailable(
        `The request has failed due to a temporary failure of the server. ${whyUnread(name, error)}`,
      );
    return undefined;
  }
}

function whyUnread(name: string, { code, message }: AwsError): string {
  return `The SSM parameter ${name} could not be read: ${code}: ${message}`;
}
