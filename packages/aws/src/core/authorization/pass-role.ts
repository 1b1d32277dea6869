import type { Access } from './authorization';

/**
 * That a role is given to a service, which whoever gives it must be allowed to do.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 *
 * @param service that gets the role: `ec2.amazonaws.com`
 */
export function passRole(roleArn: string, service: string): Access {
  return {
    action: 'iam:PassRole',
    resource: roleArn,
    type: 'role',
    context: { 'iam:PassedToService': service },
  };
}
