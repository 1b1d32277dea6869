import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import type { StartExecutionCommandInput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import type { Call } from '../../../core/service';
import { serviceCall } from '../../../core/service-call';
import type { Lambda } from '../../lambda';
import type { SnsTopics } from '../../target-services';
import type { Schedule } from '../state';

/** What schedules are sent to. Read at every run, so the members may be getters. */
export interface SchedulerDependencies {
  readonly lambda: Pick<Lambda, 'invokeLater'>;
  readonly states?: {
    readonly operations: { StartExecution(input: StartExecutionCommandInput, call: Call): unknown };
  };
  readonly events?: { readonly operations: { PutEvents(input: PutEventsCommandInput, call: Call): unknown } };
  readonly sns?: SnsTopics;
}

/** One time that a schedule happens. */
export interface Run {
  readonly schedule: Schedule;
  readonly scheduledTime: Date;
  readonly executionId: string;
  /** From 1. */
  readonly attempt: number;
}

/**
 * Sends a run to its target.
 * @throws AwsError what the target's service refuses
 */
export async function sendRun(context: Context, deps: SchedulerDependencies, run: Run): Promise<void> {
  const { Target: target } = run.schedule.settings;
  const arn = target?.Arn ?? '';
  const call = serviceCall(context, 'scheduler');
  const input = writeInput(context, run);
  const service = arn.split(':')[2];
  if (service === 'lambda') deps.lambda.invokeLater({ functionName: arn, payload: input });
  else if (service === 'states' && deps.states)
    await deps.states.operations.StartExecution({ stateMachineArn: arn, name: run.executionId, input }, call);
  else if (service === 'sns' && deps.sns)
    await deps.sns.operations.Publish({ TopicArn: arn, Message: input }, call);
  else if (service === 'events' && deps.events)
    await deps.events.operations.PutEvents(
      {
        Entries: [
          {
            EventBusName: arn,
            Detail: input,
            DetailType: target?.EventBridgeParameters?.DetailType,
            Source: target?.EventBridgeParameters?.Source,
            Time: run.scheduledTime,
            Resources: [run.schedule.settings.Arn],
          },
        ],
      },
      call,
    );
  else throw new AwsError('ResourceNotFoundException', `there is no ${service} here to run ${arn}`, 404);
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function writeInput(context: Context, run: Run): string {
  const { Arn, Target } = run.schedule.settings;
  const time = writeTime(run.scheduledTime);
  if (Target?.Input === undefined)
    return JSON.stringify({
      version: '0',
      id: run.executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: context.accountId,
      time,
      region: context.region,
      resources: [Arn],
      detail: '{}',
    });
  return Target.Input.replaceAll('<aws.scheduler.schedule-arn>', Arn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', run.executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(run.attempt));
}

function writeTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
