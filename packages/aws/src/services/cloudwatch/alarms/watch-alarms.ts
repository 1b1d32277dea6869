import type { Alarm, CloudWatchState } from '../state';
import { judge, readPoints } from './judge';
import { setState } from './set-state';

/** CloudWatch looks at alarms once a minute, and more often where the period is shorter. */
const EVALUATION_SECONDS = 60;

/** Judges an alarm again and again from now on; an earlier watch of it ends. */
export function watchAlarm(cloudwatch: CloudWatchState, { AlarmName, Period }: Alarm): void {
  const { clock } = cloudwatch.context;
  endWatch(cloudwatch, AlarmName);
  const seconds = Math.min(EVALUATION_SECONDS, Period ?? EVALUATION_SECONDS);
  cloudwatch.watches.set(AlarmName, {
    dueAt: clock.millis() + seconds * 1000,
    cancel: clock.every(seconds, () => void evaluate(cloudwatch, AlarmName, seconds)),
  });
}

/** Leaves an alarm as it is from now on. */
export function endWatch(cloudwatch: CloudWatchState, alarmName: string): void {
  cloudwatch.watches.get(alarmName)?.cancel();
  cloudwatch.watches.delete(alarmName);
}

/** Ends all watches. */
export function endWatches(cloudwatch: CloudWatchState): void {
  for (const name of [...cloudwatch.watches.keys()]) endWatch(cloudwatch, name);
}

/** Judges an alarm at each moment that was due: where AWS's time runs fast a timer comes late, and loses no period. */
async function evaluate(cloudwatch: CloudWatchState, name: string, seconds: number): Promise<void> {
  const until = cloudwatch.context.clock.millis();
  for (;;) {
    const alarm = cloudwatch.alarms.get(name);
    const watch = cloudwatch.watches.get(name);
    if (!alarm || !watch || watch.dueAt > until) return;
    const moment = watch.dueAt;
    watch.dueAt += seconds * 1000;
    const verdict = judge(alarm, readPoints(cloudwatch.metrics, alarm, moment), new Date(moment));
    if (verdict && verdict.state !== alarm.StateValue) await setState(cloudwatch, alarm, verdict);
    // Scaling policies are told again and again, others of changes only.
    else cloudwatch.scale(alarm, verdict?.value);
  }
}
