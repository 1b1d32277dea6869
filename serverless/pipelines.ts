import { createHash } from 'node:crypto';
import { compileWildcard } from 'aws-languages/wildcard';
import { describeTriggers, findTriggerProblems } from '../src/build/unattended/clockwork/describe';
import { InvalidPipeline } from '../src/errors';
import { loadPipelines, readPipelineFiles } from '../src/pipeline/load';
import type { Pipeline } from '../src/pipeline/pipeline';
import {
  listBeyond,
  parsePlace,
  type Reach,
  readReach,
  type Use,
  type WrittenReach,
  writeReach,
} from '../src/pipeline/reach';

/**
 * What the deployment must know of the pipelines, and the names that IAM policies are narrowed to: what pipelines may name, whichever they are,
 * and what those that are deployed name beyond that.
 */
export interface PipelinesInDeployment {
  /** Changes with the pipelines and with what starts them. */
  version: string;
  /** What pipelines may name, as the functions read it in their environment. */
  reach: WrittenReach;
  /** ARNs of the SSM parameters that pipelines may refer to: Amazon's, and those of their own. */
  references: object[];
  /** ARNs of the SSM parameters in which they may name images. */
  imageParameters: object[];
  /** The same, with those in which the versions are that groups use: whoever undoes a build writes them back. */
  restoredParameters: object[];
  /** ARNs of the SSM parameters that they may name as secrets: base instances read these themselves. */
  secretParameters: object[];
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
 * @param stack the name of the stack
 * @throws InvalidPipeline with the file, the path in it and what was expected
 */
export async function describePipelines(
  stage: string,
  written: WrittenReach,
  stack: string,
): Promise<PipelinesInDeployment> {
  const reach = readReach(written);
  const pipelines = await load(stage, stack).catch(tellWithoutStack);
  const beyond = pipelines.flatMap((pipeline) => listBeyond(pipeline, reach));
  const exactly = (...uses: Use[]) => beyond.filter(({ use }) => uses.includes(use)).map(({ name }) => name);
  const parameters = reach.names
    .filter((name) => !name.startsWith('arn:'))
    .map(write)
    .map(parameterArn);
  const also = (...uses: Use[]) => exactly(...uses).map((name) => parameterArn(literally(name)));
  return {
    version: await describeVersion(stage, pipelines),
    reach: writeReach(reach, beyond),
    references: substitute([AMAZON, ...parameters, ...also('reference', 'secretParameter')]),
    imageParameters: substitute([...parameters, ...also('image')]),
    restoredParameters: substitute([...parameters, ...also('image'), ...versionsBeside(reach)]),
    secretParameters: substitute([...parameters, ...also('secretParameter')]),
    secrets: substitute([...reach.names, ...exactly('secret')].flatMap(secretArns)),
    archives: substitute([
      ARTIFACTS,
      ...reach.buckets.map(bucketArn),
      ...exactly('bucket').map((place) => bucketArn(parsePlace(place))),
    ]),
    keyPairs: substitute(
      atLeastOne([
        ...reach.keyPairs.map(write).map(keyPairArn),
        ...exactly('keyPair').map((name) => keyPairArn(literally(name))),
      ]),
    ),
  };
}

async function load(stage: string, stack: string): Promise<Pipeline[]> {
  const pipelines = await loadPipelines('pipelines', stage);
  const problems = pipelines.flatMap((pipeline) =>
    findTriggerProblems(pipeline, stack).map(
      (problem) => `pipelines/${pipeline.name}/pipeline.yml, ${problem}`,
    ),
  );
  if (problems.length > 0) throw new InvalidPipeline(problems.join('\n'));
  return pipelines;
}

/** Changes with what the pipelines are, and with what starts their builds. */
async function describeVersion(stage: string, pipelines: readonly Pipeline[]): Promise<string> {
  const files = await Promise.all(pipelines.map(({ name }) => readPipelineFiles('pipelines', name)));
  const all = [stage, files, describeTriggers(pipelines, '')];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
}

/** Where the stacks of groups look their versions up: the names that pipelines may use are most often wide enough for it. */
function versionsBeside({ names }: Reach): string[] {
  const isWithin = names.some((name) => compileWildcard(name).test('kiln/fleets/a/version'));
  return isWithin ? [] : [parameterArn('kiln/fleets/*/version')];
}

/** IAM takes no empty list. */
function atLeastOne(arns: string[]): string[] {
  return arns.length > 0 ? arns : [keyPairArn('none')];
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
  return `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${name}`;
}

/** Secrets Manager ends an ARN with six characters of its own. */
function secretArns(name: string): string[] {
  // Who names a secret by an ARN without the end that Secrets Manager gives it may read it by the whole one.
  if (/^arn:.*(-\w{6}|\*)$/.test(name)) return [name];
  if (name.startsWith('arn:')) return [name, `${name}-??????`];
  const arn = `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${write(name)}`;
  return name.endsWith('*') ? [arn] : [arn, `${arn}-??????`];
}

function bucketArn({ bucket, prefix }: Reach['buckets'][number]): string {
  // In a beginning of keys these are no wildcards.
  return `arn:\${AWS::Partition}:s3:::${write(bucket)}/${literally(prefix)}*`;
}

function keyPairArn(name: string): string {
  return `arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:key-pair/${name}`;
}

/** A name with wildcards within an ARN, where CloudFormation would take some of it for a variable. */
function write(name: string): string {
  return name.replaceAll('$', '${!$}');
}

/** A name without wildcards, where IAM would take some of it for one. */
function literally(name: string): string {
  return name.replace(/[*?$]/g, (sign) => `\${!${sign}}`);
}

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them

function substitute(arns: string[]): object[] {
  return [...new Set(arns)].map((arn) => ({ 'Fn::Sub': arn }));
}
