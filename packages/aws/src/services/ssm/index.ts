import type { Realm } from '../../realm';
import type { Service } from '../../service';
import { AwsError } from '../../wire/aws-error';
import type { SsmDirectory } from '../directories';
import { publicImageParameters } from '../ec2/images/amazon-images';
import type { TypedOperations } from '../typed-operations';
import { parameterOperations } from './parameter-operations';
import { ParameterStore } from './parameter-store';

type Client = typeof import('@aws-sdk/client-ssm');

/** The Parameter Store of AWS Systems Manager in one region. */
export class Ssm implements Service, SsmDirectory {
  private readonly store: ParameterStore;
  readonly operations: TypedOperations<Client, ReturnType<typeof parameterOperations>>;

  constructor(realm: Realm) {
    this.store = new ParameterStore(realm, publicImageParameters(realm.region));
    this.operations = parameterOperations(this.store);
  }

  dispose(): void {
    for (const parameter of this.store.list()) parameter.stopPolicies?.();
  }

  parameter(name: string): string | undefined {
    try {
      return this.store.select(name)?.version.value;
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }
}
