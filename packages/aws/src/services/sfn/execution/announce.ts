import type { Context } from '../../../core/context';
import type { Execution } from './execution';
import { findObstacle } from './redrive';

/**
 * Tells EventBridge of the start or the end of an execution; of standard ones only.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function announce({ bus }: Context, execution: Execution): void {
  const { stateMachine } = execution;
  if (stateMachine.type !== 'STANDARD') return;
  bus.announce({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [execution.arn],
    detail: {
      executionArn: execution.arn,
      stateMachineArn: stateMachine.arn,
      stateMachineVersionArn: stateMachine.versionArn ?? null,
      stateMachineAliasArn: null,
      name: execution.name,
      status: execution.status,
      startDate: execution.startDate.getTime(),
      stopDate: execution.stopDate?.getTime() ?? null,
      input: execution.input,
      inputDetails: { included: true },
      output: execution.output ?? null,
      outputDetails: execution.output === undefined ? null : { included: true },
      error: execution.error ?? null,
      cause: execution.cause ?? null,
      redriveCount: execution.redriveCount,
      redriveDate: execution.redriveDate?.getTime() ?? null,
      redriveStatus: findObstacle(execution) ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
      redriveStatusReason: findObstacle(execution) ?? null,
    },
  });
}
