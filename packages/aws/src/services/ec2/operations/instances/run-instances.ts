import { idempotentInstanceTerminated } from '../../errors';
import { resolveImageId } from '../../images/resolve-alias';
import { makeInstances } from '../../instances/launch/make-instances';
import { planLaunch } from '../../instances/launch/plan';
import { readLaunchRequest } from '../../instances/launch/request';
import { showReservations } from '../../instances/show';
import { checkDryRun } from '../../requests/dry-run';
import type { Op } from '../../state';
import { KEY_REFUSED, mayUseKeys } from '../../storage/key-rights';

/** Unlike other operations it checks all of a dry run, as AWS does. */
export const RunInstances: Op<'RunInstances'> = async (ec2, input, call) => {
  const { DryRun, ...given } = input;
  const readRequest = async () => {
    const { request, launchedFrom } = readLaunchRequest(ec2, given);
    const ImageId = request.ImageId && (await resolveImageId(ec2, request.ImageId, call));
    return { request: { ...request, ImageId }, launchedFrom };
  };
  if (DryRun) {
    planLaunch(ec2, await readRequest(), call);
    checkDryRun(input);
  }
  const ids = await ec2.tokens.once('RunInstances', given, async () => {
    const request = await readRequest();
    const mayUse = await mayUseKeys(ec2, planLaunch(ec2, request, call).volumes, call);
    // From here on nothing is waited for: no other launch takes what the plan was promised.
    const made = makeInstances(ec2, planLaunch(ec2, request, call), call);
    for (const record of made) {
      const { faults, region } = ec2.context;
      const fault = faults.takeLate(region, 'ec2', 'RunInstances', 'lateFailure');
      ec2.lifecycle.launch(record, mayUse ? fault : { message: KEY_REFUSED });
    }
    return made.map(({ id }) => id);
  });
  const records = ids.flatMap((id) => ec2.instances.find(id) ?? []);
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
  if (records.length < ids.length)
    throw idempotentInstanceTerminated(
      'The client token was used for instances that have been terminated and are no longer known.',
    );
  const [reservation] = showReservations(ec2, records);
  return reservation ?? {};
};
