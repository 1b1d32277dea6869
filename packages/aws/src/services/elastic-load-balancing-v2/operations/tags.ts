import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import type { Balancing } from '../health/targets';
import { checkTags } from '../records/tags';

/** Operations on tags. */
export function tagOperations(balancing: Balancing) {
  function checkArns(arns: readonly string[] | undefined): readonly string[] {
    for (const arn of arns ?? []) {
      if (arn.includes(':loadbalancer/')) balancing.loadBalancer(arn);
      else if (arn.includes(':targetgroup/')) balancing.targetGroup(arn);
      else if (arn.includes(':listener/')) balancing.listener(arn);
      else if (arn.includes(':listener-rule/')) balancing.rule(arn);
      else throw new AwsError('ValidationError', `'${arn}' is not a valid ARN`);
    }
    return arns ?? [];
  }

  return {
    AddTags({ ResourceArns, Tags }, call: Call) {
      const arns = checkArns(ResourceArns);
      checkTags(Tags ?? [], call);
      for (const arn of arns) balancing.tags.add(arn, Tags ?? []);
      return {};
    },

    RemoveTags({ ResourceArns, TagKeys }) {
      for (const arn of checkArns(ResourceArns)) balancing.tags.remove(arn, TagKeys ?? []);
      return {};
    },

    DescribeTags({ ResourceArns }) {
      if ((ResourceArns?.length ?? 0) > 20)
        throw new AwsError(
          'ValidationError',
          'You cannot describe the tags of more than 20 resources at once',
        );
      return {
        TagDescriptions: checkArns(ResourceArns).map((ResourceArn) => ({
          ResourceArn,
          Tags: balancing.tags.list(ResourceArn),
        })),
      };
    },
  } satisfies OperationsOf<typeof client>;
}
