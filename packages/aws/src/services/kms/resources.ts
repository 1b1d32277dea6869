import { resource } from '../cloudformation/resources/resource';
import { documentText } from '../cloudformation/resources/values';

const key = resource('AWS::KMS::Key', {
  handles: [
    'Description',
    'EnableKeyRotation',
    'Enabled',
    'KeyPolicy',
    'PendingWindowInDays',
    'RotationPeriodInDays',
    'Tags',
  ],
  async create(properties, context) {
    const { aws } = context;
    const { KeyMetadata } = await aws.kms.CreateKey({
      Description: properties.Description,
      Policy: properties.KeyPolicy === undefined ? undefined : documentText(properties.KeyPolicy),
      Tags: [...context.tags].map(({ Key: TagKey, Value: TagValue }) => ({ TagKey, TagValue })),
    });
    const id = KeyMetadata?.KeyId ?? '';
    context.made(id);
    if (properties.EnableKeyRotation)
      await aws.kms.EnableKeyRotation({ KeyId: id, RotationPeriodInDays: properties.RotationPeriodInDays });
    if (properties.Enabled === false) await aws.kms.DisableKey({ KeyId: id });
    return { id, attributes: { Arn: KeyMetadata?.Arn ?? '', KeyId: id } };
  },
  async update(KeyId, next, previous, { aws }) {
    if (next.KeyPolicy !== undefined)
      await aws.kms.PutKeyPolicy({ KeyId, Policy: documentText(next.KeyPolicy) });
    if (next.Description !== previous.Description)
      await aws.kms.UpdateKeyDescription({ KeyId, Description: next.Description ?? '' });
    if (next.Enabled !== false) await aws.kms.EnableKey({ KeyId });
    if (next.EnableKeyRotation)
      await aws.kms.EnableKeyRotation({ KeyId, RotationPeriodInDays: next.RotationPeriodInDays });
    else await aws.kms.DisableKeyRotation({ KeyId });
    if (next.Enabled === false) await aws.kms.DisableKey({ KeyId });
    return undefined;
  },
  delete: (KeyId, { PendingWindowInDays }, { aws }) =>
    aws.kms.ScheduleKeyDeletion({ KeyId, PendingWindowInDays }),
  async retag(KeyId, change, { aws }) {
    const Tags = change.set.map(({ Key: TagKey, Value: TagValue }) => ({ TagKey, TagValue }));
    if (Tags.length > 0) await aws.kms.TagResource({ KeyId, Tags });
    if (change.removed.length > 0) await aws.kms.UntagResource({ KeyId, TagKeys: [...change.removed] });
  },
});

const alias = resource('AWS::KMS::Alias', {
  handles: ['AliasName', 'TargetKeyId'],
  name: 'AliasName',
  async create({ AliasName, TargetKeyId }, { aws }) {
    await aws.kms.CreateAlias({ AliasName, TargetKeyId });
    return { id: AliasName, attributes: {} };
  },
  async update(AliasName, { TargetKeyId }, _previous, { aws }) {
    await aws.kms.UpdateAlias({ AliasName, TargetKeyId });
    return undefined;
  },
  delete: (AliasName, _properties, { aws }) => aws.kms.DeleteAlias({ AliasName }),
});

/** AWS::KMS. */
export const kmsTypes = [key, alias];
