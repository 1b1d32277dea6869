import { AwsError } from '../aws-error';
import type { Clock } from '../clock';
import { randomHex } from '../ids';
import type { IamPort } from '../ports';
import type { Principal } from '../principal';

/** Seconds of AWS time that a session lasts, and before whose end another takes its place. */
const SESSION_SECONDS = 3600;
const MARGIN_SECONDS = 300;

interface Session {
  readonly principal: Principal;
  /** AWS time, milliseconds. */
  readonly expires: number;
}

/** The sessions of the roles that a service assumes to act for its resources: a state machine's, a function's. */
export class RoleSessions {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly iam: Pick<IamPort, 'issue' | 'principalOf' | 'role'>,
    private readonly clock: Pick<Clock, 'millis'>,
    private readonly services: readonly string[],
  ) {}

  /**
   * Who calls: the role's session under a name that means nothing, as AWS services name theirs.
   * @param sourceArn the resource that the service acts for
   * @throws AwsError `NoSuchEntity` when there is no such role, `AccessDenied` when its trust policy does not let the service take it on
   */
  principalOf(roleArn: string, sourceArn: string): Principal {
    const role = this.iam.role(roleArn);
    if (role && !this.services.some((service) => role.trusts(service, sourceArn)))
      throw new AwsError(
        'AccessDenied',
        `User: ${this.services[0]} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
        403,
      );
    const now = this.clock.millis();
    const open = this.sessions.get(roleArn);
    if (open && open.expires - MARGIN_SECONDS * 1000 > now) return open.principal;
    const { accessKeyId, expiration } = this.iam.issue(roleArn, randomHex(32), SESSION_SECONDS);
    const principal = this.iam.principalOf(accessKeyId);
    for (const [role, { expires }] of this.sessions) if (expires <= now) this.sessions.delete(role);
    this.sessions.set(roleArn, { principal, expires: expiration.getTime() });
    return principal;
  }
}
