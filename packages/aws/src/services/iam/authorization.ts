import type { Asked, Authorization } from '../../core/authorization/authorization';
import { passRole } from '../../core/authorization/pass-role';
import { nameOfLinkedRole } from './linked-role-name';
import type { IamState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
export const authorization: Authorization<IamState> = {
  find(iam, type, asked) {
    const { input, call } = asked;
    const {
      RoleName,
      UserName,
      GroupName,
      InstanceProfileName,
      PolicyName,
      Path: path = '/',
    } = input as Record<string, string>;
    if (type === 'role' && input.AWSServiceName !== undefined) {
      const { AWSServiceName: service = '', CustomSuffix } = input as Record<string, string>;
      return [iam.arn('role', `/aws-service-role/${service}/`, nameOfLinkedRole(service, CustomSuffix))];
    }
    if (type === 'role' && RoleName !== undefined)
      return [iam.roles.find(RoleName)?.arn ?? iam.arn('role', path, RoleName)];
    if (type === 'user' && UserName !== undefined)
      return [iam.users.find(UserName)?.arn ?? iam.arn('user', path, UserName)];
    if (type === 'group' && GroupName !== undefined)
      return [iam.groups.find(GroupName)?.arn ?? iam.arn('group', path, GroupName)];
    // Who names nobody means himself.
    if (type === 'user' && input.PolicySourceArn === undefined)
      return call.principal.arn.includes(':user/') ? [call.principal.arn] : [];
    if (type === 'instance-profile' && InstanceProfileName !== undefined)
      return [
        iam.profiles.find(InstanceProfileName)?.arn ?? iam.arn('instance-profile', path, InstanceProfileName),
      ];
    if (type === 'policy' && asked.operation === 'CreatePolicy')
      return [iam.arn('policy', path, PolicyName ?? '*')];
    return undefined;
  },
  further: (iam, { operation, input }) => {
    if (operation !== 'AddRoleToInstanceProfile') return [];
    const role = iam.roles.find(String(input.RoleName));
    return role ? [passRole(role.arn, 'ec2.amazonaws.com')] : [];
  },
  context: (iam, access, asked) => ({
    'iam:PolicyARN': asked.input.PolicyArn as string | undefined,
    'iam:PermissionsBoundary': boundaryOf(iam, access.resource, asked),
    'iam:AWSServiceName': asked.input.AWSServiceName as string | undefined,
  }),
  resource(iam, arn) {
    const found = [iam.roles, iam.users, iam.policies, iam.profiles]
      .flatMap(
        (
          kind,
        ): readonly {
          readonly arn: string;
          readonly tags: { list(): readonly { Key?: string; Value?: string }[] };
        }[] => kind.list(),
      )
      .find((one) => one.arn === arn);
    return found && { tags: new Map(found.tags.list().map(({ Key = '', Value = '' }) => [Key, Value])) };
  },
};

/** The boundary that a role or a user gets, or has when its policies are changed. */
function boundaryOf(iam: IamState, holderArn: string, { input }: Asked): string | undefined {
  const holder = [...iam.roles.list(), ...iam.users.list()].find(({ arn }) => arn === holderArn);
  return (input.PermissionsBoundary as string | undefined) ?? holder?.boundary;
}
