import type { ImageTagMutability, ImageTagMutabilityExclusionFilter } from '@aws-sdk/client-ecr';
import type { Context } from '../../core/context';
import type { Operation, OperationsOf } from '../../core/service';
import { invalidParameter, repositoryExists, repositoryNotFound } from './errors';

export type Client = typeof import('@aws-sdk/client-ecr');

/** One of ECR's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, EcrState, Name>;

/** A repository. It holds no images: nothing can be pushed to it. */
export interface Repository {
  readonly name: string;
  readonly arn: string;
  /** The account's id. */
  readonly registryId: string;
  readonly createdAt: Date;
  readonly encryption: { readonly encryptionType: 'AES256' | 'KMS' | 'KMS_DSSE'; readonly kmsKey?: string };
  readonly tags: Map<string, string>;
  mutability: ImageTagMutability;
  exclusions?: ImageTagMutabilityExclusionFilter[];
  scanOnPush: boolean;
  policy?: string;
  lifecyclePolicy?: string;
}

/** Amazon ECR of one region: the account's private registry. */
export class EcrState {
  private readonly repositories = new Map<string, Repository>();

  constructor(readonly context: Context) {}

  /** By name, in alphabetical order. */
  list(): Repository[] {
    return [...this.repositories.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  arnOf(name: string): string {
    const { region, accountId } = this.context;
    return `arn:aws:ecr:${region}:${accountId}:repository/${name}`;
  }

  /** @throws AwsError RepositoryAlreadyExistsException */
  add(name: string, settings: Pick<Repository, 'encryption' | 'mutability' | 'exclusions' | 'scanOnPush'>) {
    const registryId = this.context.accountId;
    if (this.repositories.has(name)) throw repositoryExists({ name, registryId });
    const createdAt = this.context.clock.now();
    const arn = this.arnOf(name);
    const repository: Repository = { ...settings, name, arn, registryId, createdAt, tags: new Map() };
    this.repositories.set(name, repository);
    return repository;
  }

  /**
   * @param registryId of another account, in which nothing is
   * @throws AwsError RepositoryNotFoundException
   */
  get(name = '', registryId = this.context.accountId): Repository {
    const found = registryId === this.context.accountId ? this.repositories.get(name) : undefined;
    if (!found) throw repositoryNotFound({ name, registryId });
    return found;
  }

  /** @throws AwsError RepositoryNotFoundException, InvalidParameterException for an ARN that is of no repository */
  getByArn(arn = ''): Repository {
    const name = /^arn:aws[a-z-]*:ecr:[^:]*:\d{12}:repository\/(.+)$/.exec(arn)?.[1];
    if (name === undefined) throw invalidParameter('resourceArn', 'Invalid ARN');
    return this.get(name, arn.split(':')[4]);
  }

  remove({ name }: Repository): void {
    this.repositories.delete(name);
  }
}
