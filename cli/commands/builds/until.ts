import { type Build, hasSucceeded, isIn, isOver } from '../../remote/answers';

/** To what a build is followed. */
export type Until = 'image' | 'approval' | 'done';

/** Whether a build waits for a person's word. */
export function waitsForApproval(build: Build): boolean {
  return isIn(build, 'AwaitApproval');
}

/** Whether a build has come to what is waited for. */
export function hasReached(build: Build, until: Until): boolean {
  if (isOver(build)) return true;
  if (until === 'approval') return waitsForApproval(build);
  return until === 'image' && (hasPublished(build) || build.reused !== undefined);
}

function hasPublished({ stages }: Build): boolean {
  return stages.some(({ stage, outcome }) => stage === 'PublishImage' && outcome === 'succeeded');
}

/** Whether a build that has come there is what was wanted. */
export function isGood(build: Build): boolean {
  return !isOver(build) || hasSucceeded(build);
}
