import type { Op } from '../state';
import { mergeTags } from './input/read-tags';

export const AddTags: Op<'AddTags'> = (elb, { LoadBalancerNames, Tags }, call) => {
  const balancers = (LoadBalancerNames ?? []).map((name) => elb.loadBalancer(name));
  const merged = balancers.map(({ tags }) => mergeTags(tags, Tags ?? [], call));
  for (const [at, { tags }] of balancers.entries())
    for (const [key, value] of merged[at] ?? []) tags.set(key, value);
  return {};
};

export const RemoveTags: Op<'RemoveTags'> = (elb, { LoadBalancerNames, Tags }) => {
  const balancers = (LoadBalancerNames ?? []).map((name) => elb.loadBalancer(name));
  for (const { tags } of balancers) for (const { Key = '' } of Tags ?? []) tags.delete(Key);
  return {};
};

export const DescribeTags: Op<'DescribeTags'> = (elb, { LoadBalancerNames }) => ({
  TagDescriptions: (LoadBalancerNames ?? [])
    .map((name) => elb.loadBalancer(name))
    .map(({ name, tags }) => ({
      LoadBalancerName: name,
      Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
    })),
});
