import type { ParameterVersion, StoredParameter } from '../parameter';
import type { SsmState } from '../state';
import type { ParameterPolicy } from './read-policies';

/** Waits for what the policies of a parameter's newest version do; an earlier version's wait ends. */
export function awaitPolicies(ssm: SsmState, parameter: StoredParameter, version: ParameterVersion): void {
  const { clock } = ssm.context;
  parameter.stopPolicies?.();
  const waits = version.policies.flatMap((policy) => {
    const dueAt = policy.dueAt(version.modifiedAt.getTime());
    if (!Number.isFinite(dueAt)) return [];
    return [clock.after((dueAt - clock.millis()) / 1000, () => act(ssm, parameter, version, policy))];
  });
  parameter.stopPolicies = () => {
    for (const stop of waits) stop();
  };
}

function act(
  ssm: SsmState,
  parameter: StoredParameter,
  version: ParameterVersion,
  policy: ParameterPolicy,
): void {
  policy.status = 'Finished';
  if (policy.type === 'Expiration') ssm.delete(parameter.name);
  ssm.context.bus.announce({
    source: 'aws.ssm',
    detailType: 'Parameter Store Policy Action',
    resources: [ssm.arn(parameter.name)],
    detail: {
      'parameter-name': parameter.name,
      'parameter-type': version.type,
      'policy-type': policy.type,
      'policy-content': policy.text,
      'action-status': 'Success',
    },
  });
}
