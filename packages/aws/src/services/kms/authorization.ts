import { parsePolicy } from 'aws-languages/policy/document';
import type { Authorization } from '../../core/authorization/authorization';
import { AwsError } from '../../core/aws-error';
import { withGrants } from './grants';
import type { KmsState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html */
export const authorization: Authorization<KmsState> = {
  isResourceDecisive: true,
  actions: { ReEncrypt: ['ReEncryptFrom', 'ReEncryptTo'] },
  accesses(kms, { operation, input }) {
    if (operation !== 'ReEncrypt') return undefined;
    const { SourceKeyId: given, DestinationKeyId: destination = '' } = input as Record<string, string>;
    const source = keyOfCiphertext(kms, input.CiphertextBlob) ?? given ?? '';
    return [
      { action: 'kms:ReEncryptFrom', resource: arnOf(kms, source), type: 'key' },
      { action: 'kms:ReEncryptTo', resource: arnOf(kms, destination), type: 'key' },
    ];
  },
  find(kms, type, { input }) {
    const { AliasName: alias, TargetKeyId: target, KeyId: given = target } = input as Record<string, string>;
    if (type === 'alias') return alias === undefined ? [] : [kms.aliasArn(alias)];
    const name = given ?? alias ?? keyOfCiphertext(kms, input.CiphertextBlob);
    return name === undefined ? undefined : [arnOf(kms, name)];
  },
  context(kms, { resource }, { operation, input, call }) {
    const given = String(input.KeyId ?? '');
    const ofKey = [...kms.aliases].filter(([, { keyId }]) => resource.endsWith(`:key/${keyId}`));
    const pairs = Object.entries((input.EncryptionContext ?? {}) as Readonly<Record<string, string>>);
    return {
      'kms:CallerAccount': call.principal.accountId,
      'kms:RequestAlias': /(^|:)(alias\/.*)/.exec(given)?.[2],
      'kms:ResourceAliases': ofKey.map(([name]) => name),
      ...Object.fromEntries(pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
      'kms:EncryptionContextKeys': pairs.map(([key]) => key),
      // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource
      ...(operation === 'CreateGrant' && {
        'kms:GrantIsForAWSResource': String((call.via ?? []).length > 0),
        'kms:GranteePrincipal': input.GranteePrincipal as string | undefined,
        'kms:GrantOperations': input.Operations as readonly string[] | undefined,
        'kms:RetiringPrincipal': input.RetiringPrincipal as string | undefined,
      }),
    };
  },
  resource(kms, arn) {
    const key = kms.list().find((one) => one.arn === arn);
    return (
      key && {
        tags: key.tags,
        policy: withGrants(parsePolicy(key.policy, { kind: 'resource' }), [...key.grants.values()]),
      }
    );
  },
};

/** The ARN of a key by any of its names; what is not there is for the operation to say. */
function arnOf(kms: KmsState, name: string): string {
  try {
    return kms.get(name).arn;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return name.startsWith('arn:') ? name : kms.aliasArn(name.includes('/') ? name : `key/${name}`);
  }
}

/** A ciphertext says by which key it was made. */
function keyOfCiphertext(kms: KmsState, blob: unknown): string | undefined {
  if (!(blob instanceof Uint8Array)) return undefined;
  const text = Buffer.from(blob).toString('latin1');
  return kms.list().find(({ id }) => text.startsWith(id))?.id;
}
