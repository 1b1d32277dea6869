import { takePage } from '../../../core/paging';
import { disabled, invalidMarker, invalidState, unsupported, validation } from '../errors';
import { checkPolicy } from '../policy';
import { type Key, type KmsState, type Op, showKey } from '../state';

const DAY = 86_400_000;
const USUAL_WINDOW_DAYS = 30;
const YEAR_DAYS = 365;

/** Symmetric keys for encryption, whose material AWS makes, in one region: others are not there. */
export const CreateKey: Op<'CreateKey'> = (kms, input, call) => {
  const {
    KeySpec = input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT',
    KeyUsage = 'ENCRYPT_DECRYPT',
    Origin = 'AWS_KMS',
  } = input;
  if (KeySpec !== 'SYMMETRIC_DEFAULT' || KeyUsage !== 'ENCRYPT_DECRYPT' || Origin !== 'AWS_KMS')
    throw unsupported(`Keys of ${KeySpec} for ${KeyUsage} from ${Origin} are not available here.`);
  if (input.MultiRegion) throw unsupported('Multi-Region keys are not available here.');
  const policy =
    input.Policy === undefined
      ? undefined
      : checkPolicy(kms, input.Policy, {
          keyArn: '*',
          call,
          isUnsafe: input.BypassPolicyLockoutSafetyCheck,
        });
  return { KeyMetadata: showKey(kms.add({ description: input.Description, policy, tags: input.Tags })) };
};

export const DescribeKey: Op<'DescribeKey'> = (kms, input) => ({
  KeyMetadata: showKey(kms.get(input.KeyId)),
});

export const ListKeys: Op<'ListKeys'> = (kms, input) => {
  const page = takePage(kms.list(), {
    token: input.Marker,
    size: input.Limit ?? 100,
    idOf: ({ id }) => id,
    refuse: () => invalidMarker('The marker is not valid.'),
  });
  const Keys = page.items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn }));
  return { Keys, NextMarker: page.next, Truncated: page.next !== undefined };
};

/** @throws AwsError for a key that AWS manages, or that waits for its deletion */
function changeable(kms: KmsState, name: string | undefined): Key {
  const key = kms.getLiving(name);
  if (key.isManaged) throw unsupported(`${key.arn} is managed by AWS.`);
  return key;
}

export const UpdateKeyDescription: Op<'UpdateKeyDescription'> = (kms, input) => {
  changeable(kms, input.KeyId).description = input.Description ?? '';
  return {};
};

export const EnableKey: Op<'EnableKey'> = (kms, input) => {
  changeable(kms, input.KeyId).enabled = true;
  return {};
};

export const DisableKey: Op<'DisableKey'> = (kms, input) => {
  changeable(kms, input.KeyId).enabled = false;
  return {};
};

export const GetKeyPolicy: Op<'GetKeyPolicy'> = (kms, input) => ({
  Policy: kms.get(input.KeyId).policy,
  PolicyName: 'default',
});

/** A key has one policy. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html */
export const ListKeyPolicies: Op<'ListKeyPolicies'> = (kms, input) => {
  kms.get(input.KeyId);
  return { PolicyNames: ['default'], Truncated: false };
};

export const PutKeyPolicy: Op<'PutKeyPolicy'> = (kms, input, call) => {
  const key = changeable(kms, input.KeyId);
  key.policy = checkPolicy(kms, input.Policy ?? '', {
    keyArn: key.arn,
    call,
    isUnsafe: input.BypassPolicyLockoutSafetyCheck,
  });
  return {};
};

export const EnableKeyRotation: Op<'EnableKeyRotation'> = (kms, input) => {
  const key = changeable(kms, input.KeyId);
  if (!key.enabled) throw disabled(`${key.arn} is disabled.`);
  key.rotation = input.RotationPeriodInDays ?? YEAR_DAYS;
  return {};
};

export const DisableKeyRotation: Op<'DisableKeyRotation'> = (kms, input) => {
  changeable(kms, input.KeyId).rotation = undefined;
  return {};
};

export const GetKeyRotationStatus: Op<'GetKeyRotationStatus'> = (kms, input) => {
  const { arn, rotation } = kms.get(input.KeyId);
  return { KeyId: arn, KeyRotationEnabled: rotation !== undefined, RotationPeriodInDays: rotation };
};

export const ScheduleKeyDeletion: Op<'ScheduleKeyDeletion'> = (kms, input) => {
  const days = input.PendingWindowInDays ?? USUAL_WINDOW_DAYS;
  if (days < 7 || days > 30) throw validation('PendingWindowInDays must be between 7 and 30 (inclusive)');
  const key = changeable(kms, input.KeyId);
  key.deletionAt = new Date(kms.context.clock.millis() + days * DAY);
  return {
    KeyId: key.arn,
    DeletionDate: key.deletionAt,
    KeyState: 'PendingDeletion',
    PendingWindowInDays: days,
  };
};

/** The key is disabled then: it must be enabled before it is used again. */
export const CancelKeyDeletion: Op<'CancelKeyDeletion'> = (kms, input) => {
  const key = kms.get(input.KeyId);
  if (!key.deletionAt) throw invalidState(`${key.arn} is not pending deletion.`);
  key.deletionAt = undefined;
  key.enabled = false;
  return { KeyId: key.arn };
};

export const TagResource: Op<'TagResource'> = (kms, input) => {
  const { tags } = changeable(kms, input.KeyId);
  for (const { TagKey = '', TagValue = '' } of input.Tags ?? []) tags.set(TagKey, TagValue);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (kms, input) => {
  const { tags } = changeable(kms, input.KeyId);
  for (const key of input.TagKeys ?? []) tags.delete(key);
  return {};
};

export const ListResourceTags: Op<'ListResourceTags'> = (kms, input) => ({
  Tags: [...kms.get(input.KeyId).tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
  Truncated: false,
});
