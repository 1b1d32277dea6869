import type { Context } from '../../../core/context';
import type { Execution } from './execution';

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
      redriveCount: 0,
      redriveDate: null,
      // Redrive is not there in the embedded AWS, and DescribeExecution says the same.
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: null,
    },
  });
}
