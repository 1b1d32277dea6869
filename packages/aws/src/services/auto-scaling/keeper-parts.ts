import type { Activities } from './activities';
import type { Dependencies } from './dependencies';
import type { Group } from './group';
import type { Launcher } from './launch';
import type { LoadBalancing } from './load-balancing';
import type { Refresher } from './refresher';

/** What keeping groups stands on. */
export interface KeeperParts {
  readonly deps: Dependencies;
  readonly launcher: Launcher;
  readonly activities: Activities;
  readonly balancing: LoadBalancing;
  readonly refresher: Refresher;
  /** Called when a group that is being deleted is empty. */
  readonly onEmpty: (group: Group) => void;
}
