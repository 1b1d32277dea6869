import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import type { NewRegion } from './region';
import { until } from './until';

/** A deployment package with one file, the same bytes for the same source. */
export function zipOf(source: string, file = 'index.js'): Uint8Array {
  return zipSync({ [file]: Buffer.from(source) }, { mtime: '1980-01-02' });
}

/**
 * A role of the account that services may assume; made at the first call.
 * @param services e.g. `states.amazonaws.com`
 * @param actions what it may do, on whatever resources: everything, where a test is not about permissions
 */
export async function addRole(
  region: NewRegion,
  name: string,
  services: readonly string[] = ['lambda.amazonaws.com', 'states.amazonaws.com'],
  actions: readonly string[] = ['*'],
): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: services }, Action: 'sts:AssumeRole' }],
  };
  const iam = region.api('iam');
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await iam.CreateRole({ RoleName: name, AssumeRolePolicyDocument }).catch((error: { code?: string }) => {
    if (error.code !== 'EntityAlreadyExists') throw error;
  });
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: actions, Resource: '*' } };
  await iam.PutRolePolicy({ RoleName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(policy) });
  const { Role } = await iam.GetRole({ RoleName: name });
  return Role?.Arn ?? '';
}

/** A function made of its source, ready to run; on Node.js 24, by the role `app`. Returns its ARN. */
export async function addActiveFunction(
  region: NewRegion,
  name: string,
  source: string,
  settings: Partial<CreateFunctionCommandInput> & { readonly file?: string } = {},
): Promise<string> {
  const { file, ...given } = settings;
  const lambda = region.api('lambda');
  const { FunctionArn = '' } = await lambda.CreateFunction({
    FunctionName: name,
    Role: await addRole(region, 'app'),
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipOf(source, file) },
    ...given,
  });
  await until(async () => {
    const { State } = await lambda.GetFunctionConfiguration({ FunctionName: name });
    return State === 'Active';
  });
  return FunctionArn;
}
