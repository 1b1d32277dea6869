import { isIn } from '../../remote/answers';
import { type ActOptions, onBuild } from './on-build';

interface PromoteOptions extends ActOptions {
  readonly skip: string;
}

/** `kiln promote`: ends the wait in which a build is. */
export const promote = onBuild<PromoteOptions>(
  'promote',
  'goes on',
  ({ skip }) => ({ skip }),
  (build) => isIn(build, 'AwaitWindow'),
);
