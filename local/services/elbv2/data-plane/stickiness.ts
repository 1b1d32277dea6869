import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Target } from '../target';
import { targetKey } from '../target';
import type { TargetGroup } from '../target-group';

/**
 * Sessions that stay with a target by the load balancer's own cookie. Application Load Balancer User Guide, Sticky sessions.
 * The cookie names the target and is sealed: clients can neither choose one nor keep it beyond its time.
 */
export class Stickiness {
  private readonly secret = randomBytes(32);

  /** The key of the target that the request's cookie names, where the group is sticky and the cookie still holds. */
  preferred(group: TargetGroup, cookieHeader: string | undefined, now: Date): string | undefined {
    if (!group.attributes.isOn('stickiness.enabled') || !cookieHeader) return undefined;
    const [, value = ''] = /(?:^|;\s*)AWSALB=([^;]+)/.exec(cookieHeader) ?? [];
    const [content = '', seal = ''] = value.split('.');
    const expected = this.seal(content);
    const given = Buffer.from(seal, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const [arn, key, expires] = Buffer.from(content, 'base64url').toString().split('|');
    return arn === group.arn && Number(expires) > now.getTime() ? key : undefined;
  }

  /** The cookies that keep the client with the target; none where the group is not sticky. */
  cookies(group: TargetGroup, target: Target, now: Date): string[] {
    if (!group.attributes.isOn('stickiness.enabled')) return [];
    const seconds = group.attributes.number('stickiness.lb_cookie.duration_seconds');
    const expires = new Date(now.getTime() + seconds * 1000);
    const content = Buffer.from(
      `${group.arn}|${targetKey(target.id, target.port)}|${expires.getTime()}`,
    ).toString('base64url');
    const value = `${content}.${this.seal(content).toString('base64url')}`;
    const rest = `Expires=${expires.toUTCString()}; Path=/`;
    return [`AWSALB=${value}; ${rest}`, `AWSALBCORS=${value}; ${rest}; SameSite=None`];
  }

  private seal(content: string): Buffer {
    return createHmac('sha256', this.secret).update(content).digest();
  }
}
