import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { parseArn } from 'aws-languages/arn';
import { AwsError } from '../../../core/aws-error';
import { serviceCall } from '../../../core/service-call';
import { type Alarm, actionsOf, type CloudWatchState } from '../state';
import type { Verdict } from './judge';
import { describeState, writeMessage } from './notification';

/** Gives the alarm a state, and tells its actions when that is a change. */
export async function setState(cloudwatch: CloudWatchState, alarm: Alarm, verdict: Verdict): Promise<void> {
  const now = cloudwatch.context.clock.now();
  const old = alarm.StateValue ?? 'INSUFFICIENT_DATA';
  const changed: Alarm = {
    ...alarm,
    StateReason: verdict.reason,
    StateReasonData: JSON.stringify(verdict.data),
    StateUpdatedTimestamp: now,
    StateTransitionedTimestamp: old === verdict.state ? alarm.StateTransitionedTimestamp : now,
    StateValue: verdict.state,
  };
  cloudwatch.alarms.set(alarm.AlarmName, changed);
  if (old === verdict.state) return;
  cloudwatch.remember(changed, 'StateUpdate', `Alarm updated from ${old} to ${verdict.state}`);
  announce(cloudwatch, alarm, changed, old);
  cloudwatch.scale(changed, verdict.value);
  await notify(cloudwatch, changed, old, now);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
function announce(cloudwatch: CloudWatchState, before: Alarm, after: Alarm, old: StateValue): void {
  cloudwatch.context.bus.announce({
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [after.AlarmArn],
    detail: {
      alarmName: after.AlarmName,
      state: describeState(after, after.StateValue),
      previousState: describeState(before, old),
      configuration: { description: after.AlarmDescription },
    },
  });
}

async function notify(cloudwatch: CloudWatchState, alarm: Alarm, old: StateValue, now: Date): Promise<void> {
  for (const action of actionsOf(alarm))
    if (parseArn(action)?.service === 'sns') await publish(cloudwatch, alarm, action, { old, now });
}

async function publish(
  cloudwatch: CloudWatchState,
  alarm: Alarm,
  TopicArn: string,
  { old, now }: { readonly old: StateValue; readonly now: Date },
): Promise<void> {
  const { context } = cloudwatch;
  try {
    await context.invoke(serviceCall(context, 'cloudwatch', alarm.AlarmArn), 'sns', 'Publish', {
      TopicArn,
      Subject: `${alarm.StateValue}: "${alarm.AlarmName}" in ${context.region}`.slice(0, 100),
      Message: JSON.stringify(writeMessage(context, alarm, old, now)),
    });
    cloudwatch.remember(alarm, 'Action', `Successfully executed action ${TopicArn}`);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const received =
      error.code === 'KMSAccessDenied'
        ? 'CloudWatch Alarms is not authorized to access the SNS Topic encryption key.'
        : error.message;
    const summary = `Failed to execute action ${TopicArn}. Received error: "${received}"`;
    cloudwatch.remember(alarm, 'Action', summary);
  }
}
