import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { randomBytes } from '../../../../core/ids';
import type { Target } from '../../records/target';
import { targetKey } from '../../records/target';
import type { TargetGroup } from '../../records/target-group';

/** Cookies that a response gets, as `Set-Cookie` has them. */
type Cookies = string[];

/**
 * Sessions that stay with a target, or of a rule with several target groups with one of these, by the load balancer's own
 * cookies. Application Load Balancer User Guide, Sticky sessions, and Listener rules, Sticky sessions and weighted target
 * groups. The cookies are sealed: clients can neither choose a target nor keep it beyond its time.
 */
export class Stickiness {
  private readonly secret = randomBytes(32);

  /** The ARN of the target group that the client's cookie keeps it with, where the action says that it should. */
  preferredGroup(action: Action, cookies: string | undefined, now: Date): string | undefined {
    if (!action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled) return undefined;
    return this.open('AWSALBTG', cookies, now)?.[0];
  }

  /** The key of the target that the client's cookie keeps it with, where the group is sticky and the cookie still holds. */
  preferredTarget(group: TargetGroup, cookies: string | undefined, now: Date): string | undefined {
    if (!group.attributes.isOn('stickiness.enabled')) return undefined;
    const own = applicationCookie(group);
    // A session of the application ends with the application's own cookie.
    if (own && readCookie(own, cookies) === undefined) return undefined;
    const [arn, key] = this.open(own ? 'AWSALBAPP-0' : 'AWSALB', cookies, now) ?? [];
    return arn === group.arn ? key : undefined;
  }

  /**
   * The cookies that keep the client with what was chosen for it.
   * @param requested the request's cookies
   * @param answered the cookies that the target sets
   */
  cookies(
    { action, group, target }: { action: Action; group: TargetGroup; target: Target },
    requested: string | undefined,
    answered: readonly string[],
    now: Date,
  ): Cookies {
    const { attributes } = group;
    const cookies: Cookies = [];
    const together = action.ForwardConfig?.TargetGroupStickinessConfig;
    if (together?.Enabled)
      cookies.push(...this.seal('AWSALBTG', [group.arn], together.DurationSeconds ?? 3600, now));
    if (!attributes.isOn('stickiness.enabled')) return cookies;
    const fields = [group.arn, targetKey(target.id, target.port)];
    const own = applicationCookie(group);
    if (!own) {
      const seconds = attributes.number('stickiness.lb_cookie.duration_seconds');
      cookies.push(...this.seal('AWSALB', fields, seconds, now));
    } else if (
      answered.some((one) => one.startsWith(`${own}=`)) ||
      readCookie(own, requested) !== undefined
    ) {
      const seconds = attributes.number('stickiness.app_cookie.duration_seconds');
      cookies.push(...this.seal('AWSALBAPP-0', fields, seconds, now).slice(0, 1));
    }
    return cookies;
  }

  /** The cookie, and its twin for requests from other sites. */
  private seal(name: string, fields: readonly string[], seconds: number, now: Date): Cookies {
    const expires = new Date(now.getTime() + seconds * 1000);
    const content = Buffer.from([...fields, expires.getTime()].join('|')).toString('base64url');
    const value = `${content}.${this.sign(name, content).toString('base64url')}`;
    const rest = `Expires=${expires.toUTCString()}; Path=/`;
    return [`${name}=${value}; ${rest}`, `${name}CORS=${value}; ${rest}; SameSite=None`];
  }

  /** What the cookie says, unless it is missing, forged or over. */
  private open(name: string, cookies: string | undefined, now: Date): string[] | undefined {
    const [content = '', seal = ''] = (readCookie(name, cookies) ?? '').split('.');
    const expected = this.sign(name, content);
    const given = Buffer.from(seal, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const fields = Buffer.from(content, 'base64url').toString().split('|');
    return Number(fields.pop()) > now.getTime() ? fields : undefined;
  }

  private sign(name: string, content: string): Buffer {
    return createHmac('sha256', this.secret).update(`${name}=${content}`).digest();
  }
}

/** The name of the application's cookie that sessions follow; undefined where they follow the load balancer's. */
function applicationCookie({ attributes }: TargetGroup): string | undefined {
  if (attributes.get('stickiness.type') !== 'app_cookie') return undefined;
  return attributes.get('stickiness.app_cookie.cookie_name');
}

function readCookie(name: string, cookies: string | undefined): string | undefined {
  for (const pair of (cookies ?? '').split(/;\s*/))
    if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  return undefined;
}
