import { randomBytes } from 'node:crypto';
import type { IssuedCredentials } from '../../core/ports';
import type { Principal } from '../../core/principal';
import { noSuchEntity } from './errors';
import { uniqueId } from './operations/check-names';
import type { IamState } from './state';

/** Temporary credentials given out, remembered as long as the account lives. */
export class Sessions {
  private readonly principals = new Map<string, Principal>();

  constructor(private readonly state: IamState) {}

  /**
   * Credentials of a role session.
   *
   * @param seconds how long they are valid, an hour by default
   * @throws AwsError `NoSuchEntity`
   */
  assume(roleArn: string, sessionName: string, seconds = 3600): IssuedCredentials {
    const { accountId } = this.state.account;
    const role = this.state.roles.list().find(({ arn }) => arn === roleArn);
    if (!role) {
      throw noSuchEntity(
        `The role with name ${roleArn.slice(roleArn.lastIndexOf('/') + 1)} cannot be found.`,
      );
    }
    return this.issue(
      {
        accountId,
        arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
        userId: `${role.id}:${sessionName}`,
        roleArn: role.arn,
      },
      seconds,
    );
  }

  /** Temporary credentials for someone. @param seconds how long they are valid */
  issue(principal: Omit<Principal, 'accessKeyId'>, seconds: number): IssuedCredentials {
    const accessKeyId = uniqueId('ASIA', 16);
    this.principals.set(accessKeyId, { ...principal, accessKeyId });
    return {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: `IQoJb3JpZ2luX2VjE${randomBytes(210).toString('base64')}`,
      expiration: new Date(this.state.now().getTime() + seconds * 1000),
    };
  }

  /** Whose key this is; the account's root user's when it was never given out here. */
  principalOf(accessKeyId: string): Principal {
    const session = this.principals.get(accessKeyId);
    if (session) return session;
    const { accountId } = this.state.account;
    const user = this.state.users.list().find(({ keys }) => keys.has(accessKeyId));
    if (user) return { accessKeyId, accountId, arn: user.arn, userId: user.id };
    return { accessKeyId, accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
  }
}
