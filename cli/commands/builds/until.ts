import { type Build, hasSucceeded, isOver, type Stage } from '../../remote/answers';

/** To what a build is followed. */
export type Until = 'image' | 'approval' | 'done';

/** The stage in which a build waits for a person's word, if it does. */
export function approvalOf(build: Build): Stage | undefined {
  return build.stages.find(({ stage, outcome }) => outcome === 'running' && /approval/i.test(stage));
}

/** Whether a build has come to what is waited for. */
export function hasReached(build: Build, until: Until): boolean {
  if (isOver(build)) return true;
  if (until === 'approval') return approvalOf(build) !== undefined;
  return until === 'image' && (hasPublished(build) || build.reused !== undefined);
}

function hasPublished({ stages }: Build): boolean {
  return stages.some(({ stage, outcome }) => stage === 'PublishImage' && outcome === 'succeeded');
}

/** Whether a build that has come there is what was wanted. */
export function isGood(build: Build): boolean {
  return !isOver(build) || hasSucceeded(build);
}
