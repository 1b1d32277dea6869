import { describeChanges } from '../../server/packages/changes';
import { setPaths } from '../../table';
import { emit } from '../../tell/events';
import { tellPeople } from '../../tell/people';
import { type BuildRecord, type Gate, getRecord, imageOf, isOver, keyOfRecord } from '../record';

/**
 * Tells people that a build waits for their approval, by a message and an event: what it would roll out and where, what is otherwise on
 * its image, and how to approve and to reject it. Once, however often it is asked for; where AWS takes one of them and not the other, both come again.
 *
 * @throws TransientFailure if EventBridge did not take the event
 */
export async function tellOfApproval(build: string): Promise<void> {
  const record = await getRecord(build);
  const { approval } = record;
  if (!approval || approval.toldAt || isOver(record)) return;
  await tellPeople(`Kiln: build of ${record.pipeline} waits for APPROVAL`, writeMessage(record));
  await announceApproval(record);
  await setPaths(keyOfRecord(build), [[['approval', 'toldAt'], new Date().toISOString()]], {
    expression: 'attribute_exists(#approval)',
  });
}

const THEN: Record<Gate['onTimeout'], string> = {
  stop: 'it ends, and what it made is removed',
  rollback:
    'it ends, what it made is removed, and no build makes or uses its image again, unless somebody says force',
  continue: 'it goes on',
};

function writeMessage(record: BuildRecord): string {
  const {
    id,
    pipeline,
    approval,
    trigger,
    reason,
    changed = [],
    targets = [],
    packageChanges,
    scanned,
  } = record;
  const then = THEN[approval?.onTimeout ?? 'stop'];
  const packages = packageChanges && describeChanges(packageChanges);
  const worst =
    scanned?.counts && Object.entries(scanned.counts).map(([severity, count]) => `${count} ${severity}`);
  const lines = [
    `Build ${id} of pipeline ${pipeline} is ready to roll out, and waits until ${approval?.expiresAt}. Then ${then}.`,
    '',
    `Asked for by ${trigger.by ?? trigger.kind}${reason ? `: ${reason}` : ''}.`,
    `Image: ${imageOf(record) ?? 'none'}.`,
    ...(changed.length > 0 ? [`Changed: ${changed.join('; ')}.`] : []),
    ...(packages ? [`On its image: ${packages}.`] : []),
    ...(worst && worst.length > 0 ? [`Vulnerabilities: ${worst.join(', ')}.`] : []),
    'It rolls out to:',
    ...targets.map(
      ({ autoScalingGroup, currentVersion, isFirstImage }) =>
        `    ${autoScalingGroup}, ${isFirstImage ? 'which gets its first image' : `which runs version ${currentVersion} of its launch template`}`,
    ),
    '',
    ...(approval?.approvers === 'other' ? ['Who has asked for it may not approve it.'] : []),
    `Approve it: kiln approve ${id}`,
    `Reject it:  kiln reject ${id} --reason "why"`,
    `Or POST /builds/${id}/approve and /builds/${id}/reject.`,
  ];
  return `${lines.join('\n')}\n`;
}

async function announceApproval(record: BuildRecord): Promise<void> {
  const { id, pipeline, approval, trigger, reason, changed, targets = [], packageChanges, scanned } = record;
  if (!approval) return;
  const { expiresAt, onTimeout, approvers } = approval;
  await emit({
    type: 'Approval Needed',
    detail: {
      ...{ build: id, pipeline, imageId: imageOf(record), expiresAt, onTimeout, approvers },
      ...{ trigger, reason, changed, packageChanges, scanned },
      autoScalingGroups: targets.map(({ autoScalingGroup }) => autoScalingGroup),
    },
  });
}
