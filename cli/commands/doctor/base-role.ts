import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import type { Place } from '../../remote/place';
import { bad, type Check, good } from './check';
import { findLacks, type Need } from './simulate';
import type { Stack } from './stack';

const NAME = 'base role';

/** Whether the instance profile of base instances has their role, and whether that may do what they need it for, by simulation. */
export async function checkBaseRole(
  stack: Stack,
  { client }: Pick<Place, 'client'>,
): Promise<readonly Check[]> {
  const iam = new IAMClient(client);
  const profile = await checkProfile(stack, client, iam);
  if (profile) return [profile];
  const role = stack.outputs.BaseRoleArn ?? '';
  const lacks = await findLacks(iam, role, needsOf(stack), CONTEXT).catch((error: Error) => {
    if (error.name !== 'NoSuchEntityException') throw error;
    return undefined;
  });
  const drift = `aws cloudformation detect-stack-drift --stack-name ${stack.name} (and describe-stack-resource-drifts) tells what was changed; npx serverless remove and deploy make it anew`;
  if (!lacks) return [bad(NAME, `${role} is gone`, drift)];
  if (lacks.length === 0)
    return [good(NAME, `${nameOf(role)}, in its profile, with all that base instances need`)];
  const texts = lacks.map(({ what, action, why }) => `${action} to ${what} (${why})`);
  return [bad(NAME, `${nameOf(role)} may not ${texts.join(', ')}`, drift)];
}

async function checkProfile(
  stack: Stack,
  client: Place['client'],
  iam: IAMClient,
): Promise<Check | undefined> {
  const role = nameOf(stack.outputs.BaseRoleArn ?? '');
  const asked = { StackName: stack.name, LogicalResourceId: 'BaseInstanceProfile' };
  const { StackResourceDetail } = await new CloudFormationClient(client).send(
    new DescribeStackResourceCommand(asked),
  );
  const InstanceProfileName = StackResourceDetail?.PhysicalResourceId ?? '';
  const add = `aws iam add-role-to-instance-profile --instance-profile-name ${InstanceProfileName} --role-name ${role}`;
  try {
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    const roles = (InstanceProfile?.Roles ?? []).map(({ RoleName = '' }) => RoleName);
    if (roles.includes(role)) return undefined;
    const has = roles.length > 0 ? `the role ${roles.join(', ')}, not` : 'no role, and should have';
    return bad(NAME, `the instance profile ${InstanceProfileName} has ${has} ${role}`, add);
  } catch (error) {
    if ((error as Error).name !== 'NoSuchEntityException') throw error;
    return bad(
      NAME,
      `the instance profile ${InstanceProfileName} is gone`,
      `aws iam create-instance-profile --instance-profile-name ${InstanceProfileName} && ${add}`,
    );
  }
}

/** An instance answers under its own name alone. */
const CONTEXT = { 'aws:userid': 'AROAEXAMPLE:i-0123456789abcdef0' };

/** See https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html */
function needsOf({ partition, region, account, outputs }: Stack): Need[] {
  const instance = `arn:${partition}:ec2:${region}:${account}:instance/i-0123456789abcdef0`;
  const bucket = `arn:${partition}:s3:::${outputs.ArtifactsBucket}`;
  const reached = 'be reached by SSM';
  return [
    { what: reached, action: 'ssm:UpdateInstanceInformation', resource: instance },
    ...['ssmmessages:CreateControlChannel', 'ssmmessages:OpenControlChannel'].map((action) => ({
      ...{ what: reached, action, resource: '*' },
    })),
    { what: 'fetch sites', action: 's3:GetObject', resource: `${bucket}/site.tar.gz` },
    ...['s3:PutObject', 's3:PutObjectAcl'].map((action) => ({
      ...{ what: 'give back what commands write', action },
      resource: `${bucket}/commands/${CONTEXT['aws:userid']}/stdout`,
    })),
  ];
}

function nameOf(role: string): string {
  return role.slice(role.lastIndexOf('/') + 1);
}
