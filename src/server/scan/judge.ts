import type { Scanned } from '../../build/record';
import type { Scan } from '../../build/state';
import { type ImageScan, rank, SEVERITIES, type Severity, type Vulnerability } from './findings';

/** So many stand in a record, and in a message. */
const MOST_LISTED = 20;

/** So much of a title, which has no such length unless somebody makes fun of it. */
const MOST_CHARACTERS = 200;

/** Those that a pipeline does not allow. What is untriaged has no severity yet, and is counted only. */
export function findRefused(found: readonly Vulnerability[], { max, fixAvailable }: Scan): Vulnerability[] {
  return found.filter(({ severity, hasFix }) => rank(severity) > rank(max) && (hasFix || !fixAvailable));
}

/** The worst severity that EC2 tells of an image itself, where that is worse than its pipeline allows. */
export function findWorst(image: ImageScan | undefined, { max, fixAvailable }: Scan): Severity | undefined {
  const told = fixAvailable ? (image?.withFix ?? []) : [image?.worst].filter((one) => one !== undefined);
  const [worst] = told.toSorted((a, b) => rank(b) - rank(a));
  return worst !== undefined && rank(worst) > rank(max) ? worst : undefined;
}

/** How many of each severity there are. */
export function countSeverities(found: readonly Vulnerability[]): Record<string, number> {
  return Object.fromEntries(
    SEVERITIES.toReversed().map((name) => [name, found.filter(({ severity }) => severity === name).length]),
  );
}

/** The first of them, as a record has them. */
export function listRefused(refused: readonly Vulnerability[]): NonNullable<Scanned['refused']> {
  return refused.slice(0, MOST_LISTED).map(({ title, severity, fixedIn }) => ({
    title: title.slice(0, MOST_CHARACTERS),
    severity,
    ...(fixedIn && { fixedIn: fixedIn.slice(0, MOST_CHARACTERS) }),
  }));
}

/** Why an image does not pass, a line each. */
export function describeRefused(
  refused: readonly Vulnerability[],
  worst: Severity | undefined,
  { max, fixAvailable }: Scan,
): string {
  const listed = listRefused(refused);
  const more = refused.length - listed.length;
  const number = refused.length === 1 ? 'one vulnerability' : `${refused.length} vulnerabilities`;
  return [
    `The image does not pass its scan: its pipeline allows ${max} at most${fixAvailable ? ' of what there is a fix for' : ''} (image.scan).`,
    ...(worst ? [`EC2 says that there is a ${worst} vulnerability on the image.`] : []),
    ...(refused.length > 0 ? [`Amazon Inspector has found ${number} on its server that is worse:`] : []),
    ...listed.map(
      ({ severity, title, fixedIn }) => `    ${severity} ${title}${fixedIn ? `, mended in ${fixedIn}` : ''}`,
    ),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ].join('\n');
}

/** What is otherwise than on the image before. */
export function compareFindings(
  since: string,
  before: readonly Vulnerability[],
  now: readonly Vulnerability[],
): NonNullable<Scanned['changes']> {
  const [old, all] = [before, now].map((found) => new Set(found.map(({ title }) => title)));
  const added = [...(all ?? [])].filter((title) => !old?.has(title));
  const gone = [...(old ?? [])].filter((title) => !all?.has(title));
  const cut = (titles: readonly string[]) =>
    titles.slice(0, MOST_LISTED).map((title) => title.slice(0, MOST_CHARACTERS));
  return {
    since,
    counts: { added: added.length, gone: gone.length },
    added: cut(added),
    gone: cut(gone),
  };
}
