import type { Build } from '../remote/answers';
import { shortId } from './lists';
import { age } from './time';

/** An image as it is listed. */
export interface ShownImage
  extends Pick<Build, 'imageGone' | 'revoked' | 'rolledBack' | 'packageChanges' | 'bom' | 'status'> {
  readonly imageId: string;
  /** The build that made it. */
  readonly build: string;
  readonly pipeline: string;
  readonly at: string;
  /** How many servers of which groups run it; missing where nobody could say. */
  readonly runsOn?: Readonly<Record<string, number>>;
}

/** Images as rows of a table, with a head. */
export function imageRows(images: readonly ShownImage[], now: Date): string[][] {
  const rows = images.map((image) => [
    image.imageId,
    shortId(image.build),
    age(image.at, now),
    changesOf(image),
    stateOf(image),
  ]);
  return [['IMAGE', 'BUILD', 'AGE', 'PACKAGES', 'STATE'], ...rows];
}

function changesOf({ packageChanges, bom }: ShownImage): string {
  if (packageChanges) {
    const { added, upgraded, removed } = packageChanges.counts;
    return `+${added} ~${upgraded} -${removed}`;
  }
  return bom ? String(bom.packages) : '-';
}

function stateOf({ imageGone, revoked, rolledBack, runsOn, status }: ShownImage): string {
  const groups = Object.entries(runsOn ?? {}).map(([group, count]) => `${group} ${count}`);
  const words = [
    ...(imageGone ? ['■ gone'] : []),
    ...(revoked ? [`✖ revoked${revoked.reason ? `: "${revoked.reason}"` : ''}`] : []),
    ...(rolledBack ? ['✖ rolled back'] : []),
    ...(groups.length > 0 ? [`✔ runs on ${groups.join(', ')}`] : []),
  ];
  return words.join(', ') || (runsOn ? 'runs nowhere' : status);
}
