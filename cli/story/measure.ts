/** A stretch of AWS time, milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** How a build's duration divides. */
export interface Measured {
  /** How long the build takes on AWS: AWS's own durations in full, and the orchestration at the speed it had here. */
  readonly awsSeconds: number;
  /** The part of it in which AWS itself was busy with nothing of the build. */
  readonly overheadSeconds: number;
}

/**
 * Divides the time of a build into AWS's own durations and what the orchestration added.
 *
 * While AWS is busy (an instance boots, an image is made, a refresh runs) its clock counts. In the gaps only our own
 * code and the state machine run, at real speed although the clock of the embedded AWS is faster: so a gap
 * counts in real seconds, except for waits that the state machine itself asks for, which last as long on AWS.
 *
 * @param build from start to end of the execution
 * @param busy what AWS was busy with
 * @param waits pauses that the state machine asked for (the intervals of its retries)
 * @param scale AWS seconds in a real second
 */
export function measureBuild(
  build: Stretch,
  busy: readonly Stretch[],
  waits: readonly Stretch[],
  scale: number,
): Measured {
  const ofAws = union(busy, build);
  const waited = lengthOf(union([...busy, ...waits], build)) - lengthOf(ofAws);
  const gaps = build.to - build.from - lengthOf(ofAws) - waited;
  const overhead = waited + gaps / scale;
  return { awsSeconds: seconds(lengthOf(ofAws) + overhead), overheadSeconds: seconds(overhead) };
}

/** The stretches within a frame, overlapping ones joined. */
function union(stretches: readonly Stretch[], frame: Stretch): Stretch[] {
  const clipped = stretches
    .map(({ from, to }) => ({ from: Math.max(from, frame.from), to: Math.min(to, frame.to) }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from);
  const joined: { from: number; to: number }[] = [];
  for (const next of clipped) {
    const last = joined.at(-1);
    if (last && next.from <= last.to) last.to = Math.max(last.to, next.to);
    else joined.push({ ...next });
  }
  return joined;
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 10) / 100;
}
