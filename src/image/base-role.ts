import { type EvaluationResult, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam';
import { iam } from '../aws';
import { env } from '../env';
import { InvalidParameter } from '../errors';
import { type Pipeline, secretsOf } from '../pipeline/definition';
import { parseSecret } from '../pipeline/secret';

/** What a base instance does with the value of a parameter. */
interface Need {
  parameter: string;
  value: string;
  action: string;
  resource: string;
  /** What to do where it may not. */
  mend: string;
}

const OBJECT = /^s3:\/\/(?<bucket>[^/]+)\/(?<key>.+)$/;

/**
 * Checks that base instances may read what the parameters of a build name: the object that an `s3://` address is of, and secrets. AWS
 * simulates the policies of their role; what the policy of a bucket or a key allows or denies beside them it does not see.
 * See https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 *
 * @throws InvalidParameter with the permission that lacks, for each value that cannot be read
 */
export async function checkBaseRole(pipeline: Pipeline, parameters: Record<string, string>): Promise<void> {
  const needs = findNeeds(pipeline, parameters);
  const problems: string[] = [];
  for (const action of new Set(needs.map((need) => need.action))) {
    const asked = needs.filter((need) => need.action === action);
    const results = await simulate(action, [...new Set(asked.map(({ resource }) => resource))]);
    for (const { parameter, value, resource, mend } of asked) {
      const decision = results.find(({ EvalResourceName }) => EvalResourceName === resource)?.EvalDecision;
      if (decision === 'allowed') continue;
      problems.push(
        `parameter ${parameter}: base instances may not read ${value}: their role lacks ${action} on ${resource}. ${mend}`,
      );
    }
  }
  if (problems.length > 0) throw new InvalidParameter(problems.join('\n'));
}

function findNeeds(pipeline: Pipeline, parameters: Record<string, string>): Need[] {
  const file = `the file of pipeline ${pipeline.name}`;
  const secrets = secretsOf(pipeline);
  return Object.entries(parameters).flatMap(([parameter, value]): Need[] => {
    const [, partition = 'aws', , , account = ''] = env('KILN_BASE_ROLE').split(':');
    const { bucket, key } = OBJECT.exec(value)?.groups ?? {};
    if (!secrets.includes(parameter)) {
      if (!bucket || !key) return [];
      const mend = `Name the bucket under base.buckets in ${file}, and deploy the service.`;
      const resource = `arn:${partition}:s3:::${bucket}/${key}`;
      return [{ parameter, value, action: 's3:GetObject', resource, mend }];
    }
    const secret = parseSecret(value);
    if (!secret) return [];
    const mend = `Name it as a default in ${file}, and deploy the service.`;
    const place = `${env('AWS_REGION')}:${account}`;
    if (secret.service === 'ssm') {
      const resource = `arn:${partition}:ssm:${place}:parameter/${secret.id.replace(/^\//, '')}`;
      return [{ parameter, value, action: 'ssm:GetParameter', resource, mend }];
    }
    // Secrets Manager ends an ARN with six characters of its own.
    const resource = secret.id.startsWith('arn:')
      ? secret.id
      : `arn:${partition}:secretsmanager:${place}:secret:${secret.id}-000000`;
    return [{ parameter, value, action: 'secretsmanager:GetSecretValue', resource, mend }];
  });
}

async function simulate(action: string, resources: string[]): Promise<EvaluationResult[]> {
  const found: EvaluationResult[] = [];
  const input = { PolicySourceArn: env('KILN_BASE_ROLE'), ActionNames: [action], ResourceArns: resources };
  for await (const { EvaluationResults = [] } of paginateSimulatePrincipalPolicy({ client: iam() }, input))
    found.push(...EvaluationResults);
  return found;
}
