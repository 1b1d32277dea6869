import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { z } from 'zod';
import { autoScaling } from '../aws';
import type { StartRefreshInput } from './refresh';

/** Brings the first image into an empty group: there is nothing to refresh, so the group starts with the new version. */
export async function scaleOut({ target, version }: z.infer<typeof StartRefreshInput>): Promise<void> {
  await autoScaling().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: target.autoScalingGroup,
      LaunchTemplate: { LaunchTemplateId: target.launchTemplateId, Version: version },
      DesiredCapacity: target.initialCapacity,
    }),
  );
}
