import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { UserPattern } from 'aws-languages/user-pattern';

/** What a condition looks at. Application Load Balancer User Guide, Condition types for listener rules. */
export type Field =
  | 'host-header'
  | 'path-pattern'
  | 'http-header'
  | 'http-request-method'
  | 'query-string'
  | 'source-ip';

/** The member that has a field's values; hosts and paths may also stand in the older `Values`. */
export const CONFIGURATION = {
  'host-header': 'HostHeaderConfig',
  'path-pattern': 'PathPatternConfig',
  'http-header': 'HttpHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'query-string': 'QueryStringConfig',
  'source-ip': 'SourceIpConfig',
} as const satisfies Record<Field, keyof RuleCondition>;

/** The texts that the condition looks for, wherever they stand; none for a query string, which has pairs. */
export function valuesOf(condition: RuleCondition): readonly string[] {
  if (condition.Values?.length) return condition.Values;
  switch (condition.Field as Field) {
    case 'host-header':
      return condition.HostHeaderConfig?.Values ?? [];
    case 'path-pattern':
      return condition.PathPatternConfig?.Values ?? [];
    case 'http-header':
      return condition.HttpHeaderConfig?.Values ?? [];
    case 'http-request-method':
      return condition.HttpRequestMethodConfig?.Values ?? [];
    case 'source-ip':
      return condition.SourceIpConfig?.Values ?? [];
    case 'query-string':
      return [];
  }
}

/** The regular expressions that the condition looks for. @throws SyntaxError for one that is none */
export function regexesOf(condition: RuleCondition): UserPattern[] {
  const sources =
    condition.RegexValues ??
    condition.HostHeaderConfig?.RegexValues ??
    condition.PathPatternConfig?.RegexValues ??
    condition.HttpHeaderConfig?.RegexValues ??
    [];
  return sources.map((source) => new UserPattern(source, condition.Field === 'host-header' ? 'i' : ''));
}
