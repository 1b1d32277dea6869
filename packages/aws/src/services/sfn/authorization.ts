import type { Authorization } from '../../core/authorization/authorization';
import type { SfnState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
export const authorization: Authorization<SfnState> = {
  names: { StateMachineName: 'name' },
  accesses(sfn, { operation, input }) {
    if (!/^SendTask(Success|Failure|Heartbeat)$/.test(operation)) return undefined;
    // AWS's reference names no resource, but they are checked against the state machine that the token is of:
    // https://github.com/aws/aws-cdk/pull/8486
    const resource = sfn.tokens.stateMachineOf(String(input.taskToken));
    return resource === undefined ? [] : [{ action: `states:${operation}`, resource }];
  },
  resource(sfn, arn) {
    const found = sfn.stateMachines.list().find((one) => one.arn === arn);
    return found && { tags: found.tags };
  },
};
