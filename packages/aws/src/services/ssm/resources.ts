import type { ParameterTier, ParameterType } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { oneOf, tagMap, text } from '../cloudformation/resources/properties';
import { type ResourceType, resource } from '../cloudformation/resources/resource';

const parameter = resource({
  properties: z.strictObject({
    AllowedPattern: text.optional(),
    DataType: text.optional(),
    Description: text.optional(),
    Name: text.optional(),
    Policies: text.optional(),
    Tags: tagMap.optional(),
    Tier: oneOf<ParameterTier>().optional(),
    Type: oneOf<ParameterType>(),
    Value: text,
  }),
  attributes: ['Type', 'Value'],
  replaceOn: ['DataType', 'Name'],
  name: 'Name',
  async create({ Tags, ...properties }, context) {
    const id = properties.Name ?? `CFN-${context.logicalId}-${context.physicalName().slice(-12)}`;
    await context.aws.ssm.PutParameter({ ...properties, Name: id, Tags: [...context.tags] });
    return { id, attributes: { Type: properties.Type, Value: properties.Value } };
  },
  async update(id, { Tags, ...next }, _previous, { aws }) {
    await aws.ssm.PutParameter({ ...next, Name: id, Overwrite: true });
    return { attributes: { Type: next.Type, Value: next.Value } };
  },
  delete: (id, _properties, { aws }) => aws.ssm.DeleteParameter({ Name: id }),
  async retag(id, change, { aws }) {
    const place = { ResourceType: 'Parameter', ResourceId: id } as const;
    if (change.set.length > 0) await aws.ssm.AddTagsToResource({ ...place, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.ssm.RemoveTagsFromResource({ ...place, TagKeys: [...change.removed] });
  },
});

/** AWS::SSM. */
export const ssmTypes: Readonly<Record<string, ResourceType>> = { 'AWS::SSM::Parameter': parameter };
