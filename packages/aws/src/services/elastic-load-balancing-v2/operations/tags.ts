import { validationError } from '../errors';
import { checkTags } from '../records/tags';
import type { LoadBalancingState, Op } from '../state';

export const AddTags: Op<'AddTags'> = (elb, { ResourceArns, Tags }, call) => {
  const arns = checkArns(elb, ResourceArns);
  checkTags(Tags ?? [], call);
  for (const arn of arns) elb.tags.add(arn, Tags ?? []);
  return {};
};

export const RemoveTags: Op<'RemoveTags'> = (elb, { ResourceArns, TagKeys }) => {
  for (const arn of checkArns(elb, ResourceArns)) elb.tags.remove(arn, TagKeys ?? []);
  return {};
};

export const DescribeTags: Op<'DescribeTags'> = (elb, { ResourceArns }) => {
  if ((ResourceArns?.length ?? 0) > 20)
    throw validationError('You cannot describe the tags of more than 20 resources at once');
  return {
    TagDescriptions: checkArns(elb, ResourceArns).map((ResourceArn) => ({
      ResourceArn,
      Tags: elb.tags.list(ResourceArn),
    })),
  };
};

function checkArns(elb: LoadBalancingState, arns: readonly string[] | undefined): readonly string[] {
  for (const arn of arns ?? []) {
    if (arn.includes(':loadbalancer/')) elb.loadBalancer(arn);
    else if (arn.includes(':targetgroup/')) elb.targetGroup(arn);
    else if (arn.includes(':listener/')) elb.listener(arn);
    else if (arn.includes(':listener-rule/')) elb.rule(arn);
    else throw validationError(`'${arn}' is not a valid ARN`);
  }
  return arns ?? [];
}
