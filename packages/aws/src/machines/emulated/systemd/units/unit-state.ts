import type { Daemon } from '../../system/daemon';

/** What `systemctl is-active` says. */
export type ActiveState = 'active' | 'inactive' | 'activating' | 'failed';

/** A unit as `systemctl status` shows it. */
export interface UnitState {
  active: ActiveState;
  /** As `systemctl status` shows it in brackets. */
  sub: 'running' | 'exited' | 'dead' | 'failed' | 'start' | 'auto-restart' | 'waiting' | 'active';
  since: Date;
  exitCode: number;
  /** As in `exit-code`. */
  result: string;
}

/** A unit that was started in this boot, with its program if that still runs. */
export interface RunningUnit extends UnitState {
  daemon?: Daemon;
}
