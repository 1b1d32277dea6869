import { type PutParameterCommandInput, PutParameterRequest$ } from '@aws-sdk/client-ssm';
import { resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';

const parameter = resource('AWS::SSM::Parameter', {
  handles: ['AllowedPattern', 'DataType', 'Description', 'Name', 'Policies', 'Tags', 'Tier', 'Type', 'Value'],
  name: 'Name',
  replacesAlso: ['DataType'],
  async create({ Tags, ...properties }, context) {
    const { aws, region, accountId } = context;
    const id = properties.Name ?? `CFN-${context.logicalId}-${context.physicalName().slice(-12)}`;
    await aws.ssm.PutParameter(
      toShape<PutParameterCommandInput>(PutParameterRequest$, {
        ...properties,
        Name: id,
        Tags: context.tags,
      }),
    );
    const Arn = `arn:aws:ssm:${region}:${accountId}:parameter/${id.replace(/^\//, '')}`;
    return { id, attributes: { Arn, Type: properties.Type, Value: properties.Value } };
  },
  async update(id, { Tags, ...next }, _previous, { aws }) {
    await aws.ssm.PutParameter(
      toShape<PutParameterCommandInput>(PutParameterRequest$, { ...next, Name: id, Overwrite: true }),
    );
    return { attributes: { Type: next.Type, Value: next.Value } };
  },
  delete: (id, _properties, { aws }) => aws.ssm.DeleteParameter({ Name: id }),
  async retag(id, change, { aws }) {
    const target = { ResourceType: 'Parameter', ResourceId: id } as const;
    if (change.set.length > 0) await aws.ssm.AddTagsToResource({ ...target, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.ssm.RemoveTagsFromResource({ ...target, TagKeys: [...change.removed] });
  },
});

/** AWS::SSM. */
export const ssmTypes = [parameter];
