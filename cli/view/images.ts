import type { Build } from '../remote/answers';
import { callerOf, shortId } from './lists';
import { counted, fold, table } from './text';
import { age, dayAndTime } from './time';

/** An image as it is listed. */
export interface ShownImage
  extends Pick<
    Build,
    'baseImageId' | 'baseBuild' | 'imageGone' | 'revoked' | 'rolledBack' | 'packageChanges' | 'bom' | 'status'
  > {
  readonly imageId: string;
  /** The build that made it. */
  readonly build: string;
  readonly pipeline: string;
  readonly at: string;
  /** The SSM parameters of pipelines that name it now; missing where nobody could say. */
  readonly namedBy?: readonly { readonly parameter: string; readonly channel: string }[];
  /** How many servers of which groups run it; missing where nobody could say. */
  readonly runsOn?: Readonly<Record<string, number>>;
}

const INDENT = '      ';

/**
 * Images as a table with a head, and below each where it runs, what names it, what it was made from, and where its packages are listed.
 *
 * @param columns how wide a line may be
 */
export function describeImages(images: readonly ShownImage[], now: Date, columns: number): string[] {
  const [head = '', ...rows] = table(imageRows(images, now), columns);
  const room = columns - INDENT.length;
  const below = images.map((image) => fold(detailsOf(image), room, ' · ').map((line) => INDENT + line));
  return [head, ...rows.flatMap((row, at) => [row, ...(below[at] ?? [])])];
}

function imageRows(images: readonly ShownImage[], now: Date): string[][] {
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
  const servers = Object.values(runsOn ?? {}).reduce((sum, count) => sum + count, 0);
  const words = [
    ...(imageGone ? ['■ gone'] : []),
    ...(revoked ? ['✖ revoked'] : []),
    ...(rolledBack ? ['✖ rolled back'] : []),
    ...(servers > 0 ? [`✔ on ${counted(servers, 'server')}`] : []),
  ];
  return words.join(', ') || (runsOn ? 'runs nowhere' : status);
}

function detailsOf(image: ShownImage): string[] {
  const { imageGone, revoked, runsOn = {}, namedBy = [], baseImageId, baseBuild, bom } = image;
  const groups = Object.entries(runsOn).map(([group, count]) => `${group} ${count}`);
  const names = namedBy.map(({ parameter, channel }) => `${parameter} (${channel})`);
  const by = revoked?.by ? ` by ${callerOf(revoked.by)}` : '';
  return [
    ...(imageGone ? [`gone since ${dayAndTime(imageGone.at)}: ${imageGone.why}`] : []),
    ...(revoked ? [`revoked${by}${revoked.reason ? `: "${revoked.reason}"` : ''}`] : []),
    ...(groups.length > 0 ? [`runs on ${groups.join(', ')}`] : []),
    ...(names.length > 0 ? [`named by ${names.join(', ')}`] : []),
    ...(baseImageId ? [`made from ${baseImageId}${baseBuild ? ` of ${shortId(baseBuild)}` : ''}`] : []),
    ...(bom ? [`packages in ${bom.key}`] : []),
  ];
}
