import type { IamPort, IssuedCredentials } from '../../core/ports';
import type { Principal } from '../../core/principal';
import type { OperationsOf } from '../../core/service';
import { accountOperations } from './operations/account';
import { instanceProfileOperations } from './operations/instance-profiles';
import { managedPolicyOperations } from './operations/managed-policies';
import { rolePolicyOperations } from './operations/role-policies';
import { roleOperations, trustedPrincipals } from './operations/roles';
import { userPolicyOperations } from './operations/user-policies';
import { userOperations } from './operations/users';
import type { Role } from './records';
import { Sessions } from './sessions';
import { type Account, IamState } from './state';

/** AWS Identity and Access Management of one account: records with AWS's rules. Policies are kept, not enforced. */
export class Iam implements IamPort {
  readonly state: IamState;
  private readonly sessions: Sessions;
  readonly operations;

  constructor(account: Account) {
    this.state = new IamState(account);
    this.sessions = new Sessions(this.state);
    this.operations = {
      ...roleOperations(this.state),
      ...rolePolicyOperations(this.state),
      ...managedPolicyOperations(this.state),
      ...instanceProfileOperations(this.state),
      ...userOperations(this.state),
      ...userPolicyOperations(this.state),
      ...accountOperations(this.state),
    } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
  }

  issue(roleArn: string, sessionName: string, seconds?: number): IssuedCredentials {
    return this.sessions.assume(roleArn, sessionName, seconds);
  }

  /** Temporary credentials for someone who has lasting ones. @param seconds how long they are valid */
  issueFor(principal: Principal, seconds: number): IssuedCredentials {
    return this.sessions.issue(principal, seconds);
  }

  principalOf(accessKeyId: string): Principal {
    return this.sessions.principalOf(accessKeyId);
  }

  instanceProfile(nameOrArn: string) {
    const profile = this.state.profiles
      .list()
      .find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
    if (!profile) return undefined;
    const role = profile.role === undefined ? undefined : this.state.roles.find(profile.role);
    return { arn: profile.arn, id: profile.id, name: profile.name, ...(role && { roleArn: role.arn }) };
  }

  role(nameOrArn: string) {
    const role = this.findRole(nameOrArn);
    return role && { arn: role.arn, name: role.name, assumableBy: trustedPrincipals(role.trust) };
  }

  /** A role with all that is known of it, by name or ARN. */
  findRole(nameOrArn: string): Role | undefined {
    return this.state.roles.list().find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  }
}
