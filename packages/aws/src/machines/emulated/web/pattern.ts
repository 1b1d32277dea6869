/**
 * A regular expression of a server's configuration, which is PCRE's.
 * @throws SyntaxError for one that does not compile
 */
export function compilePattern(text: string, ignoresCase = false): RegExp {
  const inline = /^\(\?([imsx]+)\)/.exec(text);
  const source = text
    .slice(inline?.[0].length ?? 0)
    .replace(/\(\?P</g, '(?<')
    // Possessive and atomic forms match the same texts, only faster.
    .replace(/([*+?}])\+/g, '$1')
    .replace(/\(\?>/g, '(?:');
  const flags = new Set((inline?.[1] ?? '').replace(/x/g, ''));
  if (ignoresCase) flags.add('i');
  return new RegExp(source, [...flags].join(''));
}
