import type { EncryptionConfiguration } from '@aws-sdk/client-sfn';

/** How everything is encrypted of which nobody says otherwise; customer managed keys are not there. */
export const ENCRYPTION: EncryptionConfiguration = { type: 'AWS_OWNED_KEY' };
