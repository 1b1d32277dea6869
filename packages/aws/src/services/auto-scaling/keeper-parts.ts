import type { Dependencies } from './dependencies';
import type { LoadBalancing } from './health/target-groups';
import type { Launcher } from './launch/launches';
import type { Activities } from './records/activities';
import type { Group } from './records/group';
import type { Refresher } from './refresh/instance-refreshes';

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
