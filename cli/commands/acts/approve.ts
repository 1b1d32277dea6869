import { waitsForApproval } from '../builds/until';
import { onBuild } from './on-build';

/** `kiln approve`: lets a build that waits for a person roll out. */
export const approve = onBuild('approve', 'is approved', undefined, waitsForApproval);

/** `kiln reject`: ends a build that waits for a person. */
export const reject = onBuild(
  'reject',
  'is rejected, and what it made is undone',
  undefined,
  waitsForApproval,
);
