import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { takePage } from '../../../core/paging';
import { badPageToken, wrongType } from '../errors';
import type { Execution } from '../execution/execution';
import { findObstacle, redrive } from '../execution/redrive';
import { findAlias } from '../machines/aliases';
import { pageSize } from '../paging';
import type { Op } from '../state';
import { ENCRYPTION } from './encryption';

export const StartExecution: Op<'StartExecution'> = (sfn, input) => {
  const { arn, startDate } = sfn.start({ ...input, stateMachineArn: input.stateMachineArn ?? '' });
  return { executionArn: arn, startDate };
};

export const StartSyncExecution: Op<'StartSyncExecution'> = async (sfn, input) => {
  const alias = findAlias(sfn.stateMachines, input.stateMachineArn);
  const stateMachine = sfn.stateMachines.get(alias?.routing[0]?.versionArn ?? input.stateMachineArn);
  if (stateMachine.type !== 'EXPRESS') throw wrongType();
  const execution = sfn.start({ ...input, stateMachineArn: input.stateMachineArn ?? '' });
  await execution.ended;
  return {
    ...describeEnd(execution),
    executionArn: execution.arn,
    stateMachineArn: stateMachine.arn,
    name: execution.name,
    startDate: execution.startDate,
    stopDate: execution.stopDate,
    status: execution.status as 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT',
    traceHeader: input.traceHeader,
    billingDetails: billingOf(execution),
  };
};

export const DescribeExecution: Op<'DescribeExecution'> = (sfn, input) => {
  const execution = sfn.executions.get(input.executionArn);
  return {
    ...describeEnd(execution),
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachine.arn,
    stateMachineVersionArn: execution.stateMachine.versionArn,
    stateMachineAliasArn: execution.aliasArn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startDate,
    stopDate: execution.stopDate,
    traceHeader: execution.traceHeader,
    redriveCount: execution.redriveCount,
    redriveDate: execution.redriveDate,
    redriveStatus: findObstacle(execution) ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
    redriveStatusReason: findObstacle(execution),
  };
};

export const RedriveExecution: Op<'RedriveExecution'> = (sfn, input) => ({
  redriveDate: redrive(sfn.executions.get(input.executionArn), input.clientToken, sfn.context.clock.now()),
});

export const StopExecution: Op<'StopExecution'> = (sfn, input) => {
  const execution = sfn.executions.get(input.executionArn);
  execution.abort(input.error, input.cause);
  return { stopDate: execution.stopDate ?? sfn.context.clock.now() };
};

export const ListExecutions: Op<'ListExecutions'> = (sfn, input) => {
  const alias = findAlias(sfn.stateMachines, input.stateMachineArn);
  const { arn, type, versionArn } = sfn.stateMachines.get(
    alias?.arn.slice(0, -alias.name.length - 1) ?? input.stateMachineArn,
  );
  if (type === 'EXPRESS') throw wrongType();
  const found = sfn.executions
    .list()
    .filter(({ stateMachine }) => stateMachine.arn === arn)
    .filter(({ stateMachine }) => versionArn === undefined || stateMachine.versionArn === versionArn)
    .filter(({ aliasArn }) => alias === undefined || aliasArn === alias.arn)
    .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter)
    .reverse();
  const page = takePage(found, {
    token: input.nextToken,
    size: pageSize(input.maxResults),
    idOf: (execution) => execution.arn,
    refuse: badPageToken,
    question: [input.stateMachineArn, input.statusFilter],
  });
  return { executions: page.items.map(describeItem), nextToken: page.next };
};

export const GetExecutionHistory: Op<'GetExecutionHistory'> = (sfn, input) => {
  const { arn, events } = sfn.executions.get(input.executionArn);
  const page = takePage(input.reverseOrder ? [...events].reverse() : events, {
    token: input.nextToken,
    size: pageSize(input.maxResults),
    idOf: ({ id }) => String(id),
    refuse: badPageToken,
    question: [arn, input.reverseOrder === true],
  });
  return {
    events: input.includeExecutionData === false ? page.items.map(withoutData) : page.items,
    nextToken: page.next,
  };
};

export const DescribeStateMachineForExecution: Op<'DescribeStateMachineForExecution'> = (sfn, input) => {
  const { stateMachine } = sfn.executions.get(input.executionArn);
  return {
    stateMachineArn: stateMachine.arn,
    name: stateMachine.name,
    definition: stateMachine.definitionText,
    roleArn: stateMachine.roleArn,
    updateDate: stateMachine.updatedAt,
    loggingConfiguration: stateMachine.loggingConfiguration,
    tracingConfiguration: stateMachine.tracingConfiguration,
    encryptionConfiguration: ENCRYPTION,
    revisionId: stateMachine.revisionId,
  };
};

/** What went into an execution and what came out. */
function describeEnd({ input, output, error, cause }: Execution) {
  return {
    input,
    inputDetails: { included: true },
    output,
    outputDetails: output === undefined ? undefined : { included: true },
    error,
    cause,
  };
}

/** Express executions are billed in steps of 100 ms and 64 MB. */
function billingOf({ startDate, stopDate }: Execution) {
  const millis = (stopDate ?? startDate).getTime() - startDate.getTime();
  return {
    billedDurationInMilliseconds: Math.max(1, Math.ceil(millis / 100)) * 100,
    billedMemoryUsedInMB: 64,
  };
}

function describeItem(execution: Execution): ExecutionListItem {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachine.arn,
    stateMachineVersionArn: execution.stateMachine.versionArn,
    stateMachineAliasArn: execution.aliasArn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startDate,
    stopDate: execution.stopDate,
    redriveCount: execution.redriveCount,
    redriveDate: execution.redriveDate,
  };
}

/** Events without inputs, outputs and parameters, as `includeExecutionData: false` asks. */
function withoutData<Event extends object>(event: Event): Event {
  const isData = (key: string) =>
    ['input', 'output', 'parameters', 'inputDetails', 'outputDetails'].includes(key);
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      key.endsWith('EventDetails')
        ? Object.fromEntries(Object.entries(value).filter(([member]) => !isData(member)))
        : value,
    ]),
  ) as Event;
}
