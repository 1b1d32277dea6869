import { createHash } from 'node:crypto';
import { describeTriggers } from '../src/build/unattended/clockwork/describe';
import { InvalidPipeline } from '../src/errors';
import { loadPipelines, readPipelineFiles } from '../src/pipeline/load';
import { findOutOfReach, type Reach, readReach, type WrittenReach } from '../src/pipeline/reach';

/** What the deployment must know of the pipelines, and the names that IAM policies are narrowed to: these do not grow with the pipelines. */
export interface PipelinesInDeployment {
  /** Changes with the pipelines and with what starts them. */
  version: string;
  /** What pipelines may name, as the functions read it in their environment. */
  reach: WrittenReach;
  /** ARNs of the SSM parameters that pipelines may refer to: Amazon's, and those of their own. */
  references: object[];
  /** ARNs of the SSM parameters in which they may name images, and that they may name as secrets. */
  parameters: object[];
  /** ARNs of the secrets in Secrets Manager that they may refer to. */
  secrets: object[];
  /** ARNs of the objects that base instances may read: the artifacts, and those of buckets. */
  archives: object[];
  /** ARNs of the EC2 key pairs of base instances. */
  keyPairs: object[];
}

/**
 * Reads and checks all pipelines, as they are in a stage. Thrown here, an error stops the packaging with its words.
 *
 * @param written what they may name
 * @throws InvalidPipeline with the file, the path in it and what was expected
 */
export async function describePipelines(
  stage: string,
  written: WrittenReach,
): Promise<PipelinesInDeployment> {
  const reach = readReach(written);
  const names = reach.names.filter((name) => !name.startsWith('arn:'));
  return {
    version: await check(stage, reach).catch(tellWithoutStack),
    reach: written,
    references: substitute([AMAZON, ...names.map(parameterArn)]),
    parameters: substitute(names.map(parameterArn)),
    secrets: substitute(reach.names.flatMap(secretArns)),
    archives: substitute([ARTIFACTS, ...reach.buckets.map(bucketArn)]),
    // IAM takes no empty list.
    keyPairs: substitute((reach.keyPairs.length > 0 ? reach.keyPairs : ['none']).map(keyPairArn)),
  };
}

/** @returns what changes with what the pipelines are */
async function check(stage: string, reach: Reach): Promise<string> {
  const pipelines = await loadPipelines('pipelines', stage);
  const problems = pipelines.flatMap((pipeline) =>
    findOutOfReach(pipeline, reach).map((problem) => `pipelines/${pipeline.name}/pipeline.yml, ${problem}`),
  );
  if (problems.length > 0) throw new InvalidPipeline(problems.join('\n'));
  const files = await Promise.all(pipelines.map(({ name }) => readPipelineFiles('pipelines', name)));
  const all = [stage, files, describeTriggers(pipelines, '')];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
}

/** Serverless prints the stack of what is thrown here: where in our code that was helps nobody who edits YAML. */
function tellWithoutStack(error: unknown): never {
  if (error instanceof InvalidPipeline) error.stack = `${error.name}: ${error.message}`;
  throw error;
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them

/** Amazon's own parameters belong to no account. */
const AMAZON = 'arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/*';
/** Of the bucket that is in the same stack. */
const ARTIFACTS = '${ArtifactsBucket.Arn}/*';

function parameterArn(name: string): string {
  return `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${write(name)}`;
}

/** Secrets Manager ends an ARN with six characters of its own. */
function secretArns(name: string): string[] {
  if (name.startsWith('arn:')) return [name];
  const arn = `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${write(name)}`;
  return name.endsWith('*') ? [arn] : [arn, `${arn}-??????`];
}

function bucketArn({ bucket, prefix }: Reach['buckets'][number]): string {
  // In a beginning of keys these are no wildcards.
  return `arn:\${AWS::Partition}:s3:::${write(bucket)}/${write(prefix).replace(/[*?]/g, (sign) => `\${!${sign}}`)}*`;
}

function keyPairArn(name: string): string {
  return `arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:key-pair/${write(name)}`;
}

/** A name within an ARN, where CloudFormation would take some of it for a variable. */
function write(name: string): string {
  return name.replaceAll('$', '${!$}');
}

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them

function substitute(arns: string[]): object[] {
  return [...new Set(arns)].map((arn) => ({ 'Fn::Sub': arn }));
}
