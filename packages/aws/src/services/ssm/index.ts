import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import type { SsmPort } from '../../core/ports';
import type { TypedOperations } from '../../core/typed-operations';
import { publicImageParameters } from '../ec2/images/amazon-images';
import { parameterOperations } from './operations/parameters';
import { ParameterStore } from './state';

type Client = typeof import('@aws-sdk/client-ssm');

/** The Parameter Store of AWS Systems Manager in one region. */
export class Ssm implements SsmPort {
  private readonly store: ParameterStore;
  readonly operations: TypedOperations<Client, ReturnType<typeof parameterOperations>>;

  constructor(context: Context) {
    this.store = new ParameterStore(context, publicImageParameters(context.region));
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
