import { parseArn } from 'aws-languages/arn';
import type { Authorization } from '../../core/authorization/authorization';
import type { SfnState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
export const authorization: Authorization<SfnState> = {
  names: { StateMachineName: 'name', ActivityName: 'name' },
  find(_sfn, type, { operation, input }) {
    // An alias is made on the state machine to whose versions it leads.
    if (operation !== 'CreateStateMachineAlias' || type !== 'statemachine') return undefined;
    const [first] = (input.routingConfiguration ?? []) as readonly Readonly<Record<string, unknown>>[];
    return [withoutQualifier(String(first?.stateMachineVersionArn ?? '*'))];
  },
  accesses(sfn, { operation, input }) {
    if (!/^SendTask(Success|Failure|Heartbeat)$/.test(operation)) return undefined;
    // AWS's reference names no resource, but they are checked against the state machine or the activity that the token is of:
    // https://github.com/aws/aws-cdk/pull/8486
    const resource = sfn.tokens.ownerOf(String(input.taskToken));
    return resource === undefined ? [] : [{ action: `states:${operation}`, resource }];
  },
  context: (_sfn, { resource }) => ({ 'states:StateMachineQualifier': qualifierOf(resource) }),
  resource(sfn, arn) {
    const found = sfn.stateMachines.find(withoutQualifier(arn)) ?? sfn.activities.find(arn);
    return found && { tags: found.tags };
  },
};

function qualifierOf(arn: string): string | undefined {
  const [type, , qualifier] = parseArn(arn)?.resource.split(':') ?? [];
  return type === 'stateMachine' ? qualifier : undefined;
}

function withoutQualifier(arn: string): string {
  const qualifier = qualifierOf(arn);
  return qualifier === undefined ? arn : arn.slice(0, -qualifier.length - 1);
}
