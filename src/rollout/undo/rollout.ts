import type { Target } from '../../build/state';

/** A target, and the versions of its launch template that the build made for it. */
export interface Rollout {
  target: Target;
  versions: string[];
}
