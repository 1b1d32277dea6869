import { type PutParameterCommandInput, PutParameterRequest$ } from '@aws-sdk/client-ssm';
import { type ResourceContext, resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { IMAGE_TYPE } from './operations/validate-image';

/** Longer than SSM takes to look for an image. AWS seconds, about. */
const WITHIN = 60;

/**
 * An image is in its parameter only when SSM has found it; one that it does not find never is.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1650
 */
async function awaitImage(
  Name: string,
  { DataType, Value }: { DataType?: string; Value: string },
  { aws, until }: Pick<ResourceContext, 'aws' | 'until'>,
): Promise<void> {
  if (DataType !== IMAGE_TYPE) return;
  let looks = 0;
  await until(async () => {
    looks += 1;
    if (looks > WITHIN) throw new Error(`Stabilizing the parameter creation for parameter ${Name}`);
    const { Parameters = [] } = await aws.ssm.GetParameters({ Names: [Name] });
    return Parameters[0]?.Value === Value ? Value : undefined;
  });
}

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
    await awaitImage(id, properties, context);
    const Arn = `arn:aws:ssm:${region}:${accountId}:parameter/${id.replace(/^\//, '')}`;
    return { id, attributes: { Arn, Type: properties.Type, Value: properties.Value } };
  },
  async update(id, { Tags, ...next }, _previous, context) {
    await context.aws.ssm.PutParameter(
      toShape<PutParameterCommandInput>(PutParameterRequest$, { ...next, Name: id, Overwrite: true }),
    );
    await awaitImage(id, next, context);
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
