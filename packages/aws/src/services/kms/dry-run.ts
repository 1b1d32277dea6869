import { AwsError } from '../../core/aws-error';

/**
 * Ends a request that is only to say whether it would succeed. https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
 *
 * @throws AwsError DryRunOperationException
 */
export function checkDryRun({ DryRun }: { readonly DryRun?: boolean }): void {
  if (DryRun)
    throw new AwsError(
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
      412,
    );
}
