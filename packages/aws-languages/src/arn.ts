/** An Amazon Resource Name, taken apart. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export interface Arn {
  /** `aws`, `aws-cn`, `aws-us-gov` … */
  readonly partition: string;
  /** The namespace of the service: `elasticloadbalancing`. */
  readonly service: string;
  /** Empty where the service has none: IAM, S3. */
  readonly region: string;
  /** Empty where the ARN names none: buckets. */
  readonly accountId: string;
  /** All that follows, colons included: `function:plan:live`. */
  readonly resource: string;
}

/** The resource of an ARN, taken apart: `role` and `app/base` of `role/app/base`; a topic has no type. */
export interface ArnResource {
  readonly type?: string;
  readonly id: string;
}

const ELEMENTS = 6;

/** Takes an ARN apart; undefined for a text that does not begin with `arn:` or has less than six elements. */
export function parseArn(text: string | undefined): Arn | undefined {
  const [prefix, partition = '', service = '', region = '', accountId = '', ...resource] = (text ?? '').split(
    ':',
  );
  if (prefix !== 'arn' || resource.length === 0) return undefined;
  return { partition, service, region, accountId, resource: resource.join(':') };
}

/** Puts an ARN together. */
export function formatArn({ partition, service, region, accountId, resource }: Arn): string {
  return ['arn', partition, service, region, accountId, resource].join(':');
}

/**
 * Takes the resource of an ARN apart at its first slash or colon: `function:plan:live` is the `function` `plan:live`.
 * The key of an object in a bucket (`bucket/a/b`) has the bucket for a type.
 */
export function splitResource(resource: string): ArnResource {
  const at = resource.search(/[:/]/);
  return at < 0 ? { id: resource } : { type: resource.slice(0, at), id: resource.slice(at + 1) };
}

/** What an ARN must be; what is left out may be anything. */
export interface ArnShape {
  readonly service?: string;
  /** What the type of the resource must be, e.g. `role`. */
  readonly type?: string;
  /** Whether it must name a region. */
  readonly region?: 'present' | 'absent';
}

/**
 * What is wrong with an ARN, in SNS's words where it has any.
 *
 * @returns undefined when it is well formed: a partition of AWS, a service, a region or none, an account's 12 digits, `aws`
 *   or none, and a resource
 */
export function findArnProblem(text: string | undefined): string | undefined {
  const elements = (text ?? '').split(':').length;
  if (elements < ELEMENTS) return `An ARN must have at least ${ELEMENTS} elements, not ${elements}`;
  const arn = parseArn(text);
  if (!arn) return 'An ARN must begin with arn:';
  if (!isPartition(arn.partition)) return `An ARN cannot have the partition ${JSON.stringify(arn.partition)}`;
  if (!/^[a-z0-9][a-z0-9.-]*$/i.test(arn.service))
    return `An ARN cannot have the service ${JSON.stringify(arn.service)}`;
  if (!/^([a-z]{2,}(-[a-z]+)+-\d+)?$/.test(arn.region))
    return `An ARN cannot have the region ${JSON.stringify(arn.region)}`;
  if (!/^(\d{12}|aws|cloudfront)?$/.test(arn.accountId))
    return `An ARN cannot have the account ${JSON.stringify(arn.accountId)}`;
  return arn.resource === '' ? 'An ARN must name a resource' : undefined;
}

/** Takes a well-formed ARN of a shape apart: `readArn(text, { service: 'iam', type: 'role' })`; undefined for any other text. */
export function readArn(text: string | undefined, shape: ArnShape = {}): Arn | undefined {
  const arn = findArnProblem(text) === undefined ? parseArn(text) : undefined;
  if (!arn) return undefined;
  const isOfShape =
    (shape.service === undefined || arn.service === shape.service) &&
    (shape.type === undefined || splitResource(arn.resource).type === shape.type) &&
    (shape.region === undefined || (arn.region !== '') === (shape.region === 'present'));
  return isOfShape ? arn : undefined;
}

/** Whether AWS has a partition of this name. https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export function isPartition(name: string): boolean {
  return PARTITIONS.includes(name);
}

/** The partitions of AWS. */
export const PARTITIONS: readonly string[] = [
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-eusc',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
];
