import { compilePattern } from '../../pattern';
import type { ConfigNode, Directive } from '../config/parse';

/** `RewriteCond`. */
export interface Condition {
  test: string;
  pattern: string;
  isNegated: boolean;
  ignoresCase: boolean;
  /** Whether the next condition is an alternative to this one. */
  isOr: boolean;
}

/** `RewriteRule`, with the conditions before it. */
export interface Rule {
  conditions: readonly Condition[];
  pattern: RegExp;
  isNegated: boolean;
  substitution: string;
  flags: ReadonlyMap<string, string>;
}

/** The rewrite rules of the server, a virtual host, or a directory. */
export interface RewriteRules {
  isOn: boolean | undefined;
  /** `RewriteBase`, with its slash at the end. */
  base: string | undefined;
  rules: readonly Rule[];
}

const DIRECTIVES = new Set(['rewriteengine', 'rewritebase', 'rewritecond', 'rewriterule', 'rewriteoptions']);

/**
 * Reads the directives of mod_rewrite that stand directly in one context.
 * @returns undefined when there are none
 */
export function readRewriteRules(nodes: readonly ConfigNode[]): RewriteRules | undefined {
  const own = nodes.filter(
    (node): node is Directive => node.kind === 'directive' && DIRECTIVES.has(node.name),
  );
  if (own.length === 0) return undefined;
  let isOn: boolean | undefined;
  let base: string | undefined;
  let conditions: Condition[] = [];
  const rules: Rule[] = [];
  for (const { name, args } of own) {
    const [first = '', second = '', third = ''] = args;
    if (name === 'rewriteengine') isOn = first.toLowerCase() === 'on';
    else if (name === 'rewritebase') base = first.endsWith('/') ? first : `${first}/`;
    else if (name === 'rewritecond') {
      const flags = readFlags(third);
      conditions.push({
        test: first,
        pattern: second.replace(/^!/, ''),
        isNegated: second.startsWith('!'),
        ignoresCase: flags.has('NC'),
        isOr: flags.has('OR'),
      });
    } else if (name === 'rewriterule') {
      const flags = readFlags(third);
      const pattern = compilePattern(first.replace(/^!/, ''), flags.has('NC'));
      rules.push({ conditions, pattern, isNegated: first.startsWith('!'), substitution: second, flags });
      conditions = [];
    }
  }
  return { isOn, base, rules };
}

const LONG_FLAGS: Readonly<Record<string, string>> = {
  ...{
    LAST: 'L',
    REDIRECT: 'R',
    FORBIDDEN: 'F',
    GONE: 'G',
    NOCASE: 'NC',
    ORNEXT: 'OR',
    PROXY: 'P',
    NEXT: 'N',
  },
  ...{
    QSAPPEND: 'QSA',
    QSDISCARD: 'QSD',
    CHAIN: 'C',
    SKIP: 'S',
    PASSTHROUGH: 'PT',
    NOESCAPE: 'NE',
    ENV: 'E',
  },
};

function readFlags(text: string): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const item of text.replace(/^\[|\]$/g, '').split(',')) {
    const [name = '', ...value] = item.trim().split('=');
    const upper = name.toUpperCase();
    if (upper !== '') flags.set(LONG_FLAGS[upper] ?? upper, value.join('='));
  }
  return flags;
}
