import type { Asked, Authorization } from '../../core/authorization/authorization';
import { readStatement } from './policy';
import type { LambdaState } from './state';

interface VpcConfig {
  readonly SubnetIds?: readonly string[];
  readonly SecurityGroupIds?: readonly string[];
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
export const authorization: Authorization<LambdaState> = {
  actions: { Invoke: ['InvokeFunction'] },
  find(lambda, type, { input }) {
    if (type !== 'function' || typeof input.FunctionName !== 'string') return undefined;
    const { name, qualifier = input.Qualifier } = lambda.functions.nameOf(input.FunctionName);
    const arn = lambda.functions.arnOf(name);
    return [qualifier === undefined ? arn : `${arn}:${qualifier}`];
  },
  context: (_lambda, { action }, { input }) => ({
    ...vpcOf({ input }),
    ...(/Permission$/.test(action) && { 'lambda:Principal': input.Principal as string | undefined }),
  }),
  resource(lambda, arn) {
    const { name, qualifier = '' } = lambda.functions.nameOf(arn);
    const fn = lambda.functions.list().find((one) => one.name === name);
    if (!fn) return undefined;
    const statements = (fn.policies.get(qualifier) ?? []).flatMap((one) => readStatement(one).statements);
    return {
      tags: fn.tags,
      ...(statements.length > 0 && { policy: { version: '2012-10-17', statements } }),
    };
  },
};

function vpcOf({ input }: Pick<Asked, 'input'>) {
  const { SubnetIds, SecurityGroupIds } = (input.VpcConfig ?? {}) as VpcConfig;
  return { 'lambda:SubnetIds': SubnetIds, 'lambda:SecurityGroupIds': SecurityGroupIds };
}
