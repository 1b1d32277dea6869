import * as z from 'zod';
import { nudgeOutboxes } from '../build/end/outbox';
import { watchBuilds } from '../build/end/watch';
import { failuresOf, throwAll } from '../failures';
import { noticeGone } from '../image/watch/gone';
import { settleWaits } from './settle';
import { findWaits, listWaits } from './store';
import type { Wait } from './wait';

/** As long as AWS's ids and names of groups are; the table takes no empty and no endless key. */
const Id = z.string().min(1).max(255);

const ImageEvent = z
  .object({
    'detail-type': z.literal('EC2 AMI State Change'),
    detail: z.object({ ImageId: Id, State: z.string() }),
  })
  .transform(({ detail }) => ({
    kind: 'image' as const,
    resource: detail.ImageId,
    mayBeGone: detail.State === 'deregistered',
  }));

const RefreshEvent = z
  .object({
    'detail-type': z.string().startsWith('EC2 Auto Scaling Instance Refresh'),
    detail: z.object({ InstanceRefreshId: Id }),
  })
  .transform(({ detail }) => ({ kind: 'refresh' as const, resource: detail.InstanceRefreshId }));

const LaunchEvent = z
  .object({
    'detail-type': z.literal('EC2 Instance Launch Successful'),
    detail: z.object({ AutoScalingGroupName: Id }),
  })
  .transform(({ detail }) => ({ kind: 'fleet' as const, resource: detail.AutoScalingGroupName }));

const CommandEvent = z
  .object({
    'detail-type': z.literal('EC2 Command Invocation Status-change Notification'),
    detail: z.object({ 'command-id': Id }),
  })
  .transform(({ detail }) => ({ kind: 'command' as const, resource: detail['command-id'] }));

const ScanEvent = z
  .object({
    'detail-type': z.literal('Inspector2 Scan'),
    detail: z.object({ 'instance-id': Id }),
  })
  .transform(({ detail }) => ({ kind: 'scan' as const, resource: detail['instance-id'] }));

/**
 * The events that say that a resource may be done.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/automating-ec2-auto-scaling-with-eventbridge.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
 * @see https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html#event-initial-scan
 */
export const ResourceEvent = z.union([ImageEvent, RefreshEvent, LaunchEvent, CommandEvent, ScanEvent]);

/**
 * On an event: settles the waits for that resource, and tells the record of an image that is gone. The event only says where to look,
 * since it may be late.
 */
export async function resolveWait({
  kind,
  resource,
  mayBeGone,
}: Pick<Wait, 'kind' | 'resource'> & { mayBeGone?: boolean }): Promise<void> {
  await settleWaits(await findWaits(kind, resource));
  if (mayBeGone) await noticeGone(resource);
}

/**
 * Once a minute: settles all waits, since events are best effort and some waits have none; asks for what is due for builds that are over;
 * and watches those that are not. None of the three holds up another.
 *
 * @throws what could not be done
 */
export async function sweepWaits(): Promise<void> {
  const done = await Promise.allSettled([listWaits().then(settleWaits), nudgeOutboxes(), watchBuilds()]);
  throwAll(failuresOf(done));
}
