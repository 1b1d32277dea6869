import type { Tag } from '@aws-sdk/client-secrets-manager';
import { parseArn } from 'aws-languages/arn';
import type { Context } from '../../core/context';
import { randomName } from '../../core/ids';
import type { PrincipalPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { exists, invalidName, invalidRequest, notFound } from './errors';

export type Client = typeof import('@aws-sdk/client-secrets-manager');

/** One of Secrets Manager's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, SecretsManagerState, Name>;

/** One value of a secret, and the stages that it is in (`AWSCURRENT`, `AWSPREVIOUS`, others). */
export interface SecretVersion {
  readonly id: string;
  readonly text: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly createdAt: Date;
  readonly stages: Set<string>;
}

/** A secret. Without versions it has no value yet. */
export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  description: string | undefined;
  keyId: string | undefined;
  changedAt: Date;
  tags: Map<string, string>;
  /** Its resource policy, as it was given. */
  policy: string | undefined;
  /** When it will be gone, once it was deleted. */
  deletedAt: Date | undefined;
  readonly versions: Map<string, SecretVersion>;
}

/** @throws AwsError ValidationException for what could be the name of no secret */
export function checkName(name: string): void {
  if (!/^[\w/+=.@!-]{1,512}$/.test(name)) throw invalidName();
}

/** Secrets Manager of one region. */
export class SecretsManagerState {
  private readonly secrets = new Map<string, Secret>();

  constructor(
    readonly context: Context,
    readonly iam: PrincipalPort,
  ) {}

  /** @throws AwsError ResourceExistsException, InvalidRequestException while a secret of that name waits for its end */
  add(name: string, of: Pick<Secret, 'description' | 'keyId'>, tags: readonly Tag[]): Secret {
    const holder = this.list().find((secret) => secret.name === name);
    if (holder?.deletedAt)
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    if (holder) throw exists(`The operation failed because the secret ${name} already exists.`);
    const { clock, region, accountId } = this.context;
    const now = clock.now();
    const secret: Secret = {
      ...of,
      name,
      arn: `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${randomName(6)}`,
      createdAt: now,
      changedAt: now,
      tags: new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      policy: undefined,
      deletedAt: undefined,
      versions: new Map(),
    };
    this.secrets.set(secret.arn, secret);
    return secret;
  }

  /** Those that are there, and those that wait for their end. */
  list(): Secret[] {
    const now = this.context.clock.millis();
    for (const [arn, { deletedAt }] of this.secrets)
      if (deletedAt && deletedAt.getTime() <= now) this.secrets.delete(arn);
    return [...this.secrets.values()];
  }

  /**
   * A secret by its name or its ARN, which may lack the six characters at its end.
   *
   * @throws AwsError ResourceNotFoundException, ValidationException for what could be neither
   */
  get(nameOrArn = ''): Secret {
    if (!parseArn(nameOrArn)) checkName(nameOrArn);
    const found = this.list().find(
      ({ name, arn }) => name === nameOrArn || arn === nameOrArn || arn.slice(0, -7) === nameOrArn,
    );
    if (!found) throw notFound();
    return found;
  }

  /** @throws AwsError also InvalidRequestException for one that was deleted */
  getLiving(nameOrArn: string | undefined): Secret {
    const secret = this.get(nameOrArn);
    if (secret.deletedAt)
      throw invalidRequest(
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    return secret;
  }

  remove(secret: Secret): void {
    this.secrets.delete(secret.arn);
  }
}
