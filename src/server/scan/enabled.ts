import { BatchGetAccountStatusCommand } from '@aws-sdk/client-inspector2';
import { inspector } from '../../aws/inspector';
import { ImageScanFailed } from '../../errors';
import type { Pipeline } from '../../pipeline/pipeline';

/**
 * Checks that Amazon Inspector scans servers here, where a pipeline has its image scanned, before anything is made.
 *
 * @throws ImageScanFailed in words, if it does not
 */
export async function checkInspector({ definition }: Pipeline): Promise<void> {
  if (!definition.image.scan) return;
  const { accounts = [] } = await inspector().send(new BatchGetAccountStatusCommand({}));
  const status = accounts[0]?.resourceState?.ec2?.status;
  if (status === 'ENABLED' || status === 'ENABLING') return;
  throw new ImageScanFailed(
    `The pipeline has its image scanned (image.scan), but Amazon Inspector does not scan EC2 instances in this account and region: it says ${status ?? 'nothing'}. Activate EC2 scanning there, or leave out image.scan.`,
  );
}
