import type { Authorization } from '../../core/authorization/authorization';
import { AwsError } from '../../core/aws-error';
import type { CloudWatchState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
export const authorization: Authorization<CloudWatchState> = {
  context: (_cloudwatch, _access, { input }) => ({
    'cloudwatch:namespace': input.Namespace as string | undefined,
    'cloudwatch:AlarmActions': input.AlarmActions as readonly string[] | undefined,
  }),
  resource(cloudwatch, arn) {
    try {
      return { tags: cloudwatch.tagsOf(arn) };
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  },
};
