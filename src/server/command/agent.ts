import { DescribeInstanceInformationCommand } from '@aws-sdk/client-ssm';
import { ssm } from '../../aws/ssm';
import { AgentNotReady, InstanceFailed, InstanceNotManaged } from '../../errors';
import { findLoss } from './look';
import { explainSilence } from './silence';

/** An agent registers within a minute or two of the boot; a site that answers is later than that mostly. Milliseconds. */
const ONLINE_WITHIN = 5 * 60_000;

/**
 * Checks that Run Command reaches an instance: its SSM agent is online.
 *
 * @param since milliseconds since 1970: when it was first looked for
 * @throws InstanceFailed if the instance is not there any more: its agent will never come
 * @throws AgentNotReady if it is not yet: the state machine asks again
 * @throws InstanceNotManaged in words, if it has not been for five minutes
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
 */
export async function checkAgent(instanceId: string, since: number): Promise<void> {
  const { InstanceInformationList = [] } = await ssm().send(
    new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values: [instanceId] }] }),
  );
  const status = InstanceInformationList[0]?.PingStatus;
  if (status === 'Online') return;
  const lost = await findLoss(instanceId, 'before its SSM agent was online');
  if (lost) throw new InstanceFailed(lost);
  const found = status ? `says ${status}` : 'has not registered';
  if (Date.now() - since < ONLINE_WITHIN)
    throw new AgentNotReady(`The SSM agent on ${instanceId} is not online yet: it ${found}.`);
  throw new InstanceNotManaged(
    `Run Command does not reach ${instanceId}: its SSM agent ${found} within ${ONLINE_WITHIN / 60_000} min. ${await explainSilence(instanceId)}`,
  );
}
