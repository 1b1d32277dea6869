import serviceLinkedRoles from '../../../../data/service-linked-roles.json';
import { invalidInput, noSuchEntity } from '../errors';
import { nameOfLinkedRole } from '../linked-role-name';
import { readTrustPolicy } from '../policy-documents';
import type { IamState, Op } from '../state';
import { TagSet } from '../tags';
import { uniqueId } from '../unique-id';
import { describeRole } from './role';

/** Services whose service-linked role may have a suffix. */
const SUFFIX_SERVICES = [
  'autoscaling.amazonaws.com',
  'custom-resource.application-autoscaling.amazonaws.com',
];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html */
export const CreateServiceLinkedRole: Op<'CreateServiceLinkedRole'> = async (iam, input) => {
  const { AWSServiceName: service = '' } = input;
  const name = chooseName(iam, service, input.CustomSuffix);
  const path = `/aws-service-role/${service}/`;
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
  const policy = await iam.findPolicy(
    `arn:aws:iam::aws:policy/aws-service-role/${serviceLinkedRoles[service]?.policy}`,
  );
  const role = iam.roles.add({
    name,
    id: uniqueId('AROA'),
    arn: iam.arn('role', path, name),
    path,
    created: iam.now(),
    tags: new TagSet(),
    inline: new Map(),
    attached: new Set(policy ? [policy.arn] : []),
    linkedService: service,
    trustDocument: document,
    trust: readTrustPolicy(document),
    description: input.Description,
    maxSession: 3600,
  });
  return { Role: describeRole(role) };
};

/** The newest deletions that are remembered. */
const MOST_DELETIONS = 1000;

/** What is used stays: the task says so. https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html */
export const DeleteServiceLinkedRole: Op<'DeleteServiceLinkedRole'> = (iam, input) => {
  const role = iam.roles.get(input.RoleName);
  if (!role.linkedService) throw invalidInput(`Role ${role.name} is not a service-linked role`);
  const DeletionTaskId = `task${role.path}${role.name}/${uniqueId('')}`;
  const uses = iam.usesOf(role);
  if (uses.length === 0) iam.roles.delete(role.name);
  const Reason = 'A service-linked role cannot be deleted while resources of its service use it.';
  const [oldest] = iam.deletions.size >= MOST_DELETIONS ? iam.deletions.keys() : [];
  if (oldest !== undefined) iam.deletions.delete(oldest);
  iam.deletions.set(DeletionTaskId, uses.length > 0 ? { reason: { Reason, RoleUsageList: uses } } : {});
  return { DeletionTaskId };
};

export const GetServiceLinkedRoleDeletionStatus: Op<'GetServiceLinkedRoleDeletionStatus'> = (iam, input) => {
  const deletion = iam.deletions.get(input.DeletionTaskId ?? '');
  if (!deletion) throw noSuchEntity(`Deletion Task not found: ${input.DeletionTaskId}`);
  return deletion.reason ? { Status: 'FAILED', Reason: deletion.reason } : { Status: 'SUCCEEDED' };
};

function chooseName(iam: IamState, service: string, suffix: string | undefined): string {
  if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(service))
    throw invalidInput(`Invalid service principal: ${service}`);
  if (suffix && !SUFFIX_SERVICES.includes(service))
    throw invalidInput(`Custom suffix is not allowed for ${service}`);
  const name = nameOfLinkedRole(service, suffix);
  if (iam.roles.find(name))
    throw invalidInput(
      `Service role name ${name} has been taken in this account, please try a different suffix.`,
    );
  return name;
}
