import { AwsError } from '../../../core/aws-error';
import type { Selection, SsmState } from '../state';

/** What a name means, for those that tell of all they did not find together: an unknown version is nothing, too. */
export function selectQuietly(ssm: SsmState, name: string): Selection | undefined {
  try {
    return ssm.select(name);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ParameterVersionNotFound') return undefined;
    throw error;
  }
}
