import { type BuildRecord, imageOf } from '../build/record';

/** A build as callers see it: maps as lists, without what only Kiln needs. */
export function showBuild(record: BuildRecord) {
  const { id, pipeline, status, trigger, parameters, requestedAt, startedAt, endedAt } = record;
  const { late, left, gone = {}, fingerprint, error, resolved, unchecked } = record;
  const {
    once,
    force,
    rollout,
    reason,
    rolledBackFrom: from,
    reused,
    changed,
    rolledBack,
    revoked,
    unrevoked,
  } = record;
  const rollback = record.rollback && { ...record.rollback, ...(from && { from }) };
  const imageId = imageOf(record);
  const {
    acts,
    approval,
    window,
    hotfix,
    prepared,
    tested,
    scanned,
    bom,
    packageChanges,
    heldServer,
    notHeld,
  } = record;
  const imageGone = imageId && gone[imageId];
  const copies = record.copies?.map((copy) => ({ ...copy, gone: gone[copy.imageId] }));
  const stages = Object.entries(record.stages).map(([stage, how]) => ({
    ...readStage(stage),
    ...how,
    outcome: how.outcome ?? 'running',
  }));
  const rollouts = Object.entries(record.rollouts).map(([autoScalingGroup, rollout]) => ({
    autoScalingGroup,
    ...rollout,
  }));
  return {
    ...{ id, pipeline, status, trigger, parameters, requestedAt, startedAt, endedAt },
    ...{
      acts,
      approval,
      window,
      hotfix,
      resolved,
      ...{ once, force, rollout, reason, rollback },
      version: record.version,
      fingerprint,
      baseImageId: record.baseImageId,
      baseBuild: record.baseBuild,
      imageId,
      ...{ reused, changed, rolledBack, revoked, unrevoked },
      ...(imageGone && { imageGone }),
      copies,
      prepared,
      tested,
      scanned,
      bom,
      packageChanges,
      rollouts,
      heldServer,
      notHeld,
      error,
      late,
      left,
      unchecked,
    },
    stages: stages.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)),
  };
}

/** Within RollOut a stage is one of a group, and of a copy one of a region. */
function readStage(name: string) {
  const [stage = name, ...where] = name.split('/');
  if (where.length === 0) return { stage };
  return stage === 'AwaitCopy'
    ? { stage, region: where.join('/') }
    : { stage, autoScalingGroup: where.join('/') };
}
