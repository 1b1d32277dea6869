import type { KeyMetadata, Tag } from '@aws-sdk/client-kms';
import type { Context } from '../../core/context';
import { randomBytes, uuid } from '../../core/ids';
import type { PrincipalPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { invalidState, notFound } from './errors';
import type { Grant } from './grants';

export type Client = typeof import('@aws-sdk/client-kms');

/** One of KMS's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, KmsState, Name>;

/** A symmetric key. */
export interface Key {
  readonly id: string;
  readonly arn: string;
  /** Whether AWS manages it, for one of its services: then nobody may change it. */
  readonly isManaged: boolean;
  readonly createdAt: Date;
  readonly material: Buffer;
  description: string;
  policy: string;
  enabled: boolean;
  /** In days; undefined while it is not rotated. */
  rotation: number | undefined;
  /** When it will be gone, once that was asked for. */
  deletionAt: Date | undefined;
  readonly tags: Map<string, string>;
  /** By id. */
  readonly grants: Map<string, Grant>;
}

/** An alias, which is another name of a key. */
export interface Alias {
  readonly name: string;
  keyId: string;
  readonly createdAt: Date;
  changedAt: Date;
}

/** What the id of a key looks like; ids of multi-Region keys begin otherwise. */
const KEY_ID = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const MANAGED = /^alias\/aws\/(\w+)$/;

/** AWS Key Management Service of one region. */
export class KmsState {
  private readonly keys = new Map<string, Key>();
  readonly aliases = new Map<string, Alias>();

  constructor(
    readonly context: Context,
    readonly iam: PrincipalPort,
  ) {}

  /** The policy that a key has where none is given: the account's own identities may use it as their policies say. */
  defaultPolicy(): string {
    return JSON.stringify({
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${this.context.accountId}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
  }

  /** The policy of a key that AWS manages: who may use the service may have it use the key, and nobody may use it otherwise. */
  private managedPolicy(service: string): string {
    const { region, accountId } = this.context;
    const via = service === 'ebs' ? 'ec2' : service;
    return JSON.stringify({
      Version: '2012-10-17',
      Id: `auto-${service}-1`,
      Statement: [
        {
          Sid: `Allow access through ${service} for all principals in the account that are authorized to use it`,
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: [
            ...['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
            ...['kms:CreateGrant', 'kms:DescribeKey'],
          ],
          Resource: '*',
          Condition: {
            StringEquals: {
              'kms:ViaService': `${via}.${region}.amazonaws.com`,
              'kms:CallerAccount': accountId,
            },
          },
        },
        {
          Sid: 'Allow direct access to key metadata to the account',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${accountId}:root` },
          Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
          Resource: '*',
        },
      ],
    });
  }

  add(of: { description?: string; policy?: string; tags?: readonly Tag[]; isManaged?: boolean }): Key {
    const { region, accountId, clock } = this.context;
    const id = uuid();
    const key: Key = {
      id,
      arn: `arn:aws:kms:${region}:${accountId}:key/${id}`,
      isManaged: of.isManaged ?? false,
      createdAt: clock.now(),
      material: randomBytes(32),
      description: of.description ?? '',
      policy: of.policy ?? this.defaultPolicy(),
      enabled: true,
      rotation: undefined,
      deletionAt: undefined,
      grants: new Map(),
      tags: new Map((of.tags ?? []).map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue])),
    };
    this.keys.set(id, key);
    return key;
  }

  /** All that are there; those whose window is over are gone. */
  list(): Key[] {
    const now = this.context.clock.millis();
    for (const [id, { deletionAt }] of this.keys) {
      if (!deletionAt || deletionAt.getTime() > now) continue;
      this.keys.delete(id);
      for (const [name, alias] of this.aliases) if (alias.keyId === id) this.aliases.delete(name);
    }
    return [...this.keys.values()];
  }

  /**
   * A key by its id, its ARN, an alias or an alias's ARN. The key that AWS manages for a service is made when it is first asked for.
   *
   * @throws AwsError NotFoundException
   */
  get(name = ''): Key {
    const { region, accountId } = this.context;
    const bare = name.startsWith('arn:') ? name.replace(`arn:aws:kms:${region}:${accountId}:`, '') : name;
    const id = bare.startsWith('alias/') ? this.aliasOf(bare)?.keyId : bare.replace(/^key\//, '');
    const found = this.list().find((key) => key.id === id);
    if (found) return found;
    const arn = (resource: string) =>
      name.startsWith('arn:') ? name : `arn:aws:kms:${region}:${accountId}:${resource}`;
    if (bare.startsWith('alias/')) throw notFound(`Alias ${arn(bare)} is not found.`);
    if (name.startsWith('arn:') || KEY_ID.test(name))
      throw notFound(`Key '${arn(`key/${name}`)}' does not exist`);
    throw notFound(`Invalid keyId '${name}'`);
  }

  private aliasOf(name: string): Alias | undefined {
    const known = this.aliases.get(name);
    const [, service] = MANAGED.exec(name) ?? [];
    if (known || service === undefined) return known;
    const policy = this.managedPolicy(service);
    const key = this.add({ description: `Default key of ${name}`, policy, isManaged: true });
    return this.addAlias(name, key);
  }

  addAlias(name: string, key: Key): Alias {
    const now = this.context.clock.now();
    const alias: Alias = { name, keyId: key.id, createdAt: now, changedAt: now };
    this.aliases.set(name, alias);
    return alias;
  }

  aliasArn(name: string): string {
    return `arn:aws:kms:${this.context.region}:${this.context.accountId}:${name}`;
  }

  /** @throws AwsError KMSInvalidStateException for a key that waits for its deletion */
  getLiving(name: string | undefined): Key {
    const key = this.get(name);
    if (key.deletionAt) throw invalidState(`${key.arn} is pending deletion.`);
    return key;
  }
}

/** A key as the API shows it. */
export function showKey(key: Key): KeyMetadata {
  const [, , , , accountId] = key.arn.split(':');
  return {
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdAt,
    Enabled: key.enabled && !key.deletionAt,
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.deletionAt ? 'PendingDeletion' : key.enabled ? 'Enabled' : 'Disabled',
    DeletionDate: key.deletionAt,
    Origin: 'AWS_KMS',
    KeyManager: key.isManaged ? 'AWS' : 'CUSTOMER',
    KeySpec: 'SYMMETRIC_DEFAULT',
    // The name of before 2021, which AWS goes on showing and Terraform goes on reading.
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}
