import { compilePattern } from '../../pattern';
import { type Line, syntaxError } from './lines';

/** What of a directive is a regular expression. */
function patternsOf(name: string, args: readonly string[]): string[] {
  const [first = '', second = ''] = args;
  if (/^(?:aliasmatch|proxypassmatch|directorymatch|filesmatch|locationmatch)$/.test(name)) return [first];
  if (/^(?:directory|files|location)$/.test(name)) return first === '~' ? [second] : [];
  if (name === 'redirectmatch')
    return [/^(?:\d{3}|permanent|temp|seeother|gone)$/.test(first) ? second : first];
  if (name === 'rewriterule') return [first.replace(/^!/, '')];
  const isPlain = /^!?(?:[=<>]|-[a-zA-Z]{1,2}$)/.test(second);
  return name === 'rewritecond' && !isPlain ? [second.replace(/^!/, '')] : [];
}

/** @throws ApacheConfigError for a regular expression of a directive that does not compile */
export function checkPatterns(line: Line, name: string, args: readonly string[]): void {
  for (const pattern of patternsOf(name, args)) {
    try {
      compilePattern(pattern);
    } catch {
      const text = name.startsWith('rewrite')
        ? `${line.text.split(/\s/)[0]}: cannot compile regular expression '${pattern}'`
        : 'Regex could not be compiled';
      throw syntaxError(line, text);
    }
  }
}
