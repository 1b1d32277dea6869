import { takePage } from '../../../core/paging';
import { alreadyExists, invalidAlias, invalidMarker, notFound } from '../errors';
import type { Alias, KmsState, Op } from '../state';

const NAME = /^alias\/(?!aws\/)[a-zA-Z0-9/_-]+$/;

/**
 * Aliases that AWS has made for keys of its own, some of them: without a key until somebody uses one.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html
 */
const PREDEFINED = ['dynamodb', 'ebs', 'lambda', 's3', 'secretsmanager', 'sns', 'ssm'].map(
  (service) => `alias/aws/${service}`,
);

/** @throws AwsError InvalidAliasNameException also for the names that are AWS's own */
function checkName(name = ''): string {
  if (!NAME.test(name))
    throw invalidAlias(`Alias ${name} is not valid: it must begin with alias/, and not with alias/aws/.`);
  return name;
}

export const CreateAlias: Op<'CreateAlias'> = (kms, input) => {
  const name = checkName(input.AliasName);
  if (kms.aliases.has(name))
    throw alreadyExists(`An alias with the name ${kms.aliasArn(name)} already exists`);
  kms.addAlias(name, kms.getLiving(input.TargetKeyId));
  return {};
};

export const UpdateAlias: Op<'UpdateAlias'> = (kms, input) => {
  const alias = requireAlias(kms, checkName(input.AliasName));
  alias.keyId = kms.getLiving(input.TargetKeyId).id;
  alias.changedAt = kms.context.clock.now();
  return {};
};

export const DeleteAlias: Op<'DeleteAlias'> = (kms, input) => {
  kms.aliases.delete(requireAlias(kms, checkName(input.AliasName)).name);
  return {};
};

function requireAlias(kms: KmsState, name: string) {
  const alias = kms.aliases.get(name);
  if (!alias) throw notFound(`Alias ${kms.aliasArn(name)} is not found.`);
  return alias;
}

export const ListAliases: Op<'ListAliases'> = (kms, input) => {
  const key = input.KeyId === undefined ? undefined : kms.get(input.KeyId);
  const known = [...kms.aliases.values()].map((alias) => showAlias(kms, alias));
  const predefined = PREDEFINED.filter((name) => !kms.aliases.has(name)).map((AliasName) => ({
    AliasName,
    AliasArn: kms.aliasArn(AliasName),
    TargetKeyId: undefined,
  }));
  const page = takePage(
    [...known, ...predefined].filter(({ TargetKeyId }) => !key || TargetKeyId === key.id),
    {
      token: input.Marker,
      size: input.Limit ?? 50,
      idOf: ({ AliasName }) => AliasName,
      refuse: () => invalidMarker('The marker is not valid.'),
      question: input.KeyId,
    },
  );
  return { Aliases: page.items, NextMarker: page.next, Truncated: page.next !== undefined };
};

function showAlias(kms: KmsState, { name, keyId, createdAt, changedAt }: Alias) {
  return {
    AliasName: name,
    AliasArn: kms.aliasArn(name),
    TargetKeyId: keyId,
    CreationDate: createdAt,
    LastUpdatedDate: changedAt,
  };
}
