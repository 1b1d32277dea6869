import { InvalidPipeline } from '../src/errors';
import { imageParametersOf, type Pipeline } from '../src/pipeline/definition';
import { loadPipelines } from '../src/pipeline/load';
import { parseSecret, type SecretReference } from '../src/pipeline/secret';
import { makeTriggers } from './triggers';

/** What the deployment must know of the pipelines: their triggers, and the names that IAM policies are narrowed to. */
export interface PipelinesInDeployment {
  /** ARNs of the Auto Scaling groups that images are rolled out to. */
  groups: object[];
  /** ARNs of the EC2 key pairs of base instances. */
  keyPairs: object[];
  /** ARNs of the SSM parameters that pipelines refer to: base images, and the defaults of parameters. */
  references: object[];
  /** Those of the defaults of parameters alone. */
  defaults: object[];
  /** ARNs of the secrets in Secrets Manager that pipelines refer to. */
  secrets: object[];
  /** ARNs of the SSM parameters that pipelines name as secrets: base instances read these themselves. */
  secretParameters: object[];
  /** ARNs of the objects that base instances may read: the artifacts, and those in buckets that pipelines name. */
  archives: object[];
  /** ARNs of the SSM parameters that name the newest images. */
  imageParameters: object[];
  /** CloudFormation resources of the schedules and events. */
  resources: Record<string, object>;
}

/**
 * Reads and checks all pipelines, as they are in a stage. Thrown here, an error stops the packaging with its words.
 *
 * @throws InvalidPipeline with the file, the path in it and what was expected
 */
export async function describePipelines(stage: string): Promise<PipelinesInDeployment> {
  const pipelines = await loadPipelines('pipelines', stage).catch(tellWithoutStack);
  return {
    groups: arns(pipelines, groupsOf),
    keyPairs: arns(pipelines, keyPairsOf),
    references: arns(pipelines, referencesOf),
    defaults: arns(pipelines, defaultsOf),
    secrets: arns(pipelines, secretArnsOf),
    secretParameters: arns(pipelines, secretParametersOf),
    archives: arns(pipelines, bucketsOf, ARTIFACTS),
    imageParameters: arns(pipelines, ({ definition }) => imageParametersOf(definition).flatMap(parameterArn)),
    resources: makeTriggers(pipelines),
  };
}

/** Serverless prints the stack of what is thrown here: where in our code that was helps nobody who edits YAML. */
function tellWithoutStack(error: unknown): never {
  if (error instanceof InvalidPipeline) error.stack = `${error.name}: ${error.message}`;
  throw error;
}

/** Of the bucket that is in the same stack. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces it
const ARTIFACTS = ['${ArtifactsBucket.Arn}/*'];

/**
 * @param always those that are there whatever pipelines name
 */
function arns(
  pipelines: Pipeline[],
  arnsOf: (pipeline: Pipeline) => string[],
  always: string[] = [],
): object[] {
  const found = [...always, ...[...new Set(pipelines.flatMap(arnsOf))].sort()];
  // IAM takes no empty list: where there is nothing to allow, the policy names what cannot be.
  return (found.length > 0 ? found : parameterArn('/kiln/none')).map((arn) => ({ 'Fn::Sub': arn }));
}

function bucketsOf({ definition }: Pipeline): string[] {
  return (definition.base.buckets ?? []).map((place) => {
    const [, bucket, prefix = ''] = /^([^/]+)\/?(.*)$/.exec(place) ?? [];
    return `arn:\${AWS::Partition}:s3:::${bucket}/${writeLiterally(prefix)}*`;
  });
}

function groupsOf({ definition }: Pipeline): string[] {
  return definition.rollout.map(
    ({ autoScalingGroup }) =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
      'arn:${AWS::Partition}:autoscaling:${AWS::Region}:${AWS::AccountId}:autoScalingGroup:*:autoScalingGroupName/' +
      writeLiterally(autoScalingGroup),
  );
}

function keyPairsOf({ definition }: Pipeline): string[] {
  const { keyName } = definition.base;
  return keyName
    ? [`arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:key-pair/${writeLiterally(keyName)}`]
    : [];
}

/** A name within an ARN of a policy that CloudFormation writes, in both of which some characters stand for others. */
function writeLiterally(name: string): string {
  return name.replace(/[*?$]/g, (sign) => `\${!${sign}}`);
}

function referencesOf(pipeline: Pipeline): string[] {
  return [...referredTo(pipeline.definition.base.image), ...defaultsOf(pipeline)];
}

function defaultsOf({ definition }: Pipeline): string[] {
  return Object.values(definition.parameters).flatMap((one) => referredTo(one.default ?? ''));
}

function referredTo(value: string): string[] {
  const [, name] = /^resolve:ssm:([^:]+)/.exec(value) ?? [];
  return parameterArn(name);
}

function secretArnsOf(pipeline: Pipeline): string[] {
  return secretsOf(pipeline, 'secretsmanager').flatMap((id) => {
    // Secrets Manager ends an ARN with six characters of its own, which may be left out where it is asked, but are in what it is asked about.
    if (id.startsWith('arn:')) return /-\w{6}$/.test(id) ? [id] : [id, `${id}-??????`];
    return [`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${id}-??????`];
  });
}

/**
 * Without a version, though an instance asks for the one that Plan found: the ARN that AWS asks the policies about has a parameter's name
 * alone, and in names there is no colon.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html#awssystemsmanager-resources-for-iam-policies
 */
function secretParametersOf(pipeline: Pipeline): string[] {
  return secretsOf(pipeline, 'ssm').flatMap(parameterArn);
}

function secretsOf({ definition }: Pipeline, service: SecretReference['service']): string[] {
  return Object.values(definition.parameters).flatMap(({ secret, default: value = '' }) => {
    const reference = secret ? parseSecret(value) : undefined;
    return reference?.service === service ? [reference.id] : [];
  });
}

function parameterArn(name: string | undefined): string[] {
  if (!name) return [];
  // Amazon's own parameters belong to no account.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces it
  const account = name.startsWith('/aws/') ? '' : '${AWS::AccountId}';
  const path = name.startsWith('/') ? name : `/${name}`;
  return [`arn:\${AWS::Partition}:ssm:\${AWS::Region}:${account}:parameter${path}`];
}
