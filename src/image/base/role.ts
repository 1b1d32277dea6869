import { type EvaluationResult, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam';
import { iam } from '../../aws/iam';
import { env } from '../../env';
import { InvalidParameter } from '../../errors';
import { type Pipeline, secretsOf } from '../../pipeline/pipeline';
import { parseSecret } from '../../pipeline/secret';
import { parseObject } from './contents';

/** What a base instance does with the value of a parameter. */
interface Need {
  parameter: string;
  value: string;
  action: string;
  resource: string;
  /** What to do where it may not. */
  mend: string;
}

/**
 * Checks that base instances may read what the parameters of a build name: the object that an `s3://` address is of, and secrets. AWS
 * simulates the policies of their role; what the policy of a bucket or a key allows or denies beside them it does not see, for roles not even
 * when it is handed over. So the deployment must name a bucket where its own policy alone would be enough, too.
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
  const secrets = secretsOf(pipeline);
  return Object.entries(parameters).flatMap(([parameter, value]) => {
    const need = secrets.includes(parameter) ? findSecretNeed(value) : findObjectNeed(value);
    return need ? [{ ...need, parameter, value }] : [];
  });
}

type Named = Omit<Need, 'parameter' | 'value'>;

function findObjectNeed(value: string): Named | undefined {
  const object = parseObject(value);
  if (!object) return undefined;
  return {
    action: 's3:GetObject',
    resource: `arn:${place().partition}:s3:::${object.bucket}/${object.key}`,
    mend: `Deploy the service with a pipeline that names the bucket under base.buckets, or with --param="buckets=…": also where the bucket's own policy lets the role read, which AWS does not simulate for roles.`,
  };
}

function findSecretNeed(value: string): Named | undefined {
  const { service, id } = parseSecret(value) ?? {};
  if (!id) return undefined;
  const { partition, account } = place();
  const named = 'Deploy the service with a pipeline that names it as a default, or with --param="names=…".';
  if (service === 'ssm')
    return {
      action: 'ssm:GetParameter',
      resource: `arn:${partition}:ssm:${env('AWS_REGION')}:${account}:parameter/${id.replace(/^\//, '')}`,
      mend: named,
    };
  return {
    action: 'secretsmanager:GetSecretValue',
    // Secrets Manager ends an ARN with six characters of its own.
    resource: id.startsWith('arn:')
      ? id
      : `arn:${partition}:secretsmanager:${env('AWS_REGION')}:${account}:secret:${id}-000000`,
    mend: named,
  };
}

function place(): { partition: string; account: string } {
  const [, partition = 'aws', , , account = ''] = env('KILN_BASE_ROLE').split(':');
  return { partition, account };
}

async function simulate(action: string, resources: string[]): Promise<EvaluationResult[]> {
  const found: EvaluationResult[] = [];
  const input = { PolicySourceArn: env('KILN_BASE_ROLE'), ActionNames: [action], ResourceArns: resources };
  for await (const { EvaluationResults = [] } of paginateSimulatePrincipalPolicy({ client: iam() }, input))
    found.push(...EvaluationResults);
  return found;
}
