const SECONDS: Readonly<Record<string, number>> = {
  ...{ year: 31_536_000, month: 2_592_000, week: 604_800, day: 86_400, hour: 3600, minute: 60, second: 1 },
};

/**
 * When an answer expires, as mod_expires counts it: `access plus 1 month 2 days`, `modification plus 1 hour`, `A3600`.
 * @returns undefined for what is no such rule
 */
export function expiryOf(rule: string, now: Date, modified: Date): Date | undefined {
  const short = /^([AM])(\d+)$/.exec(rule);
  if (short) return new Date((short[1] === 'A' ? now : modified).getTime() + Number(short[2]) * 1000);
  const [, base, spans = ''] = /^(access|now|modification)(?:\s+plus)?\s+(.+)$/i.exec(rule.trim()) ?? [];
  if (base === undefined) return undefined;
  const seconds = [...spans.matchAll(/(\d+)\s*([a-z]+?)s?\b/gi)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit?.toLowerCase() ?? ''] ?? 0),
    0,
  );
  return new Date((base.toLowerCase() === 'modification' ? modified : now).getTime() + seconds * 1000);
}
