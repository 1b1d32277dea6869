import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Verdict } from './verdict';

/** Reasons, by service and by operation or member. */
export type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What is known to be wrong and is to be mended: the list may only become shorter. */
interface Defects {
  /** Operations that fail with their smallest input, and do not on AWS. */
  readonly smallest: Reasons;
  /** By service: parts of defects' reports. */
  readonly reports: Readonly<Record<string, readonly string[]>>;
}

/** Operations that no smallest input can make succeed, on AWS neither, and why. */
export const exemptions = read<Reasons>('exemptions.json');

export const defects = read<Defects>('defects.json');

/** Where AWS's own answers leave their schema: by service and by `Structure.member`. */
export const departures = read<Reasons>('departures.json');

/** Operations that are logged under another name than their own, with that name: to be mended. */
export const misnamed = read<Reasons>('misnamed.json');

/** Whether what was found is a defect, and none of those that are known. */
export function isNewDefect({ service, verdict }: { service: string; verdict: Verdict }): boolean {
  if (verdict.kind !== 'defect') return false;
  return !(defects.reports[service] ?? []).some((part) => verdict.why.includes(part));
}

function read<Content>(file: string): Content {
  const folder = dirname(fileURLToPath(import.meta.url));
  return JSON.parse(readFileSync(join(folder, 'known', file), 'utf8')) as Content;
}
