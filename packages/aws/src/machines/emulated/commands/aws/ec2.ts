import type { EC2Client, Filter } from '@aws-sdk/client-ec2';
import { type AwsArguments, AwsCliError, type AwsSession } from './aws-session';

type Operation = (session: AwsSession, args: AwsArguments) => Promise<object>;

/** What instances ask of EC2 about themselves. */
export const EC2_OPERATIONS: Readonly<Record<string, Operation>> = {
  'ec2 describe-tags': withEc2(async (client, sdk, args) => {
    const { Tags } = await client.send(new sdk.DescribeTagsCommand({ Filters: filters(args) }));
    return { Tags };
  }),
  'ec2 describe-instances': withEc2(async (client, sdk, args) => {
    const InstanceIds = words(args, '--instance-ids');
    const { Reservations } = await client.send(
      new sdk.DescribeInstancesCommand({ Filters: filters(args), ...(InstanceIds && { InstanceIds }) }),
    );
    return { Reservations };
  }),
};

/** EC2's client is large: it is loaded by whoever calls it. */
function withEc2(
  run: (client: EC2Client, sdk: typeof import('@aws-sdk/client-ec2'), args: AwsArguments) => Promise<object>,
): Operation {
  return async (session, args) => {
    const sdk = await import('@aws-sdk/client-ec2');
    const client = new sdk.EC2Client({ ...session, maxAttempts: 3 });
    try {
      return await run(client, sdk, args);
    } finally {
      client.destroy();
    }
  };
}

function words({ options }: AwsArguments, name: string): string[] | undefined {
  return options.get(name)?.split(/\s+/);
}

/** `Name=key,Values=a,b`, one or several. @throws AwsCliError for others */
function filters(args: AwsArguments): Filter[] | undefined {
  return words(args, '--filters')?.map((text) => {
    const [, Name, values] = /^Name=([^,]+),Values=(.+)$/.exec(text) ?? [];
    if (Name === undefined || values === undefined)
      throw new AwsCliError(252, `Error parsing parameter '--filters': ${text}: expected Name=…,Values=…`);
    return { Name, Values: values.replace(/^\[(.*)\]$/, '$1').split(',') };
  });
}
