import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { cidrContains } from 'aws-languages/cidr';
import { compileWildcard, type TextPattern } from 'aws-languages/wildcard';
import { type Field, regexesOf, valuesOf } from '../../records/rule-condition';

/** What conditions look at in a request. */
export interface RequestFacts {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<NodeJS.Dict<string[]>>;
  readonly sourceIp: string;
}

/** Whether the request meets the condition. Application Load Balancer User Guide, Condition types for listener rules. */
export function meetsCondition(condition: RuleCondition, facts: RequestFacts): boolean {
  const values = valuesOf(condition);
  switch (condition.Field as Field) {
    case 'host-header':
      return anyMatches([...values.map(ignoringCase), ...regexesOf(condition)], facts.host);
    case 'path-pattern':
      return anyMatches([...values.map((pattern) => wildcard(pattern)), ...regexesOf(condition)], facts.path);
    case 'http-header': {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? '';
      const patterns = [...values.map(ignoringCase), ...regexesOf(condition)];
      return (facts.headers[name] ?? []).some((value) => anyMatches(patterns, value));
    }
    case 'http-request-method':
      return values.includes(facts.method);
    case 'source-ip':
      return values.some((cidr) => cidrContains(cidr, facts.sourceIp));
    case 'query-string':
      return meetsQuery(condition, facts.query);
  }
}

function meetsQuery({ QueryStringConfig }: RuleCondition, query: URLSearchParams): boolean {
  return (QueryStringConfig?.Values ?? []).some(({ Key, Value = '' }) => {
    const key = Key === undefined ? undefined : ignoringCase(Key);
    const value = ignoringCase(Value);
    return [...query].some(([name, text]) => (key?.test(name) ?? true) && value.test(text));
  });
}

function anyMatches(patterns: readonly TextPattern[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

function ignoringCase(pattern: string): TextPattern {
  return wildcard(pattern, true);
}

/** `*` stands for any characters, `?` for exactly one, `\` takes the next one's meaning away. */
function wildcard(pattern: string, ignoreCase = false): TextPattern {
  return compileWildcard(pattern, { escape: 'special', dotAll: false, ignoreCase });
}
