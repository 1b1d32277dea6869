import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { Engine } from '../engine/engine';
import { fetchParameter } from '../engine/engine';
import { scopeBefore } from '../engine/values/scope';
import { validationError } from '../errors';
import type { Blueprint, Stack } from '../stacks/stack';
import { checkCapabilities } from '../template/capabilities';
import { readTemplate } from '../template/check';
import { checkLookups } from '../template/lookups';
import { resolveParameters } from '../template/parameters';
import { validateTemplate } from '../template/validate';

/** What the requests that carry a template have in common. */
export interface TemplateInput {
  readonly TemplateBody?: string;
  readonly TemplateURL?: string;
  readonly UsePreviousTemplate?: boolean;
  readonly StackName?: string;
  readonly Parameters?: Parameter[];
  readonly Capabilities?: string[];
  readonly Tags?: Tag[];
  readonly NotificationARNs?: string[];
  readonly RoleARN?: string;
}

/** Reads the bytes of an object of S3. */
export type ReadObject = (bucket: string, key: string) => Promise<string>;

/** Greatest size of a template in a request, and in S3: CloudFormation quotas. */
const BODY_QUOTA = 51_200;
const URL_QUOTA = 1_048_576;

/**
 * The text of a request's template.
 *
 * @throws AwsError `ValidationError` when there is not exactly one, or it cannot be read
 */
export async function readBody(
  input: TemplateInput,
  readObject: ReadObject,
  previous?: Stack,
): Promise<string> {
  const given = [input.TemplateBody, input.TemplateURL, input.UsePreviousTemplate || undefined];
  if (given.filter((one) => one !== undefined).length !== 1)
    throw validationError('Either Template URL or Template Body must be specified.');
  if (input.UsePreviousTemplate) {
    if (!previous?.blueprint) throw validationError('There is no previous template to use.');
    return previous.blueprint.body;
  }
  const body = input.TemplateBody ?? (await readFromUrl(input.TemplateURL ?? '', readObject));
  const quota = input.TemplateBody === undefined ? URL_QUOTA : BODY_QUOTA;
  if (Buffer.byteLength(body) > quota) {
    throw validationError(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${quota}`,
    );
  }
  return body;
}

/** Checks a request's template and parameters and makes a blueprint of them. */
export async function makeBlueprint(
  engine: Engine,
  input: TemplateInput,
  readObject: ReadObject,
  stack: { readonly name: string; readonly id: string },
  previous?: Stack,
): Promise<Blueprint> {
  const body = await readBody(input, readObject, previous);
  const template = readTemplate(body);
  const parameters = await resolveParameters(
    template.Parameters,
    input.Parameters ?? [],
    previous?.blueprint?.parameters,
    (name) => fetchParameter(engine.aws, name),
  );
  const scope = scopeBefore(engine.context, template, parameters, stack);
  validateTemplate(template, engine.types, scope.condition);
  checkLookups(template, scope);
  checkCapabilities(template, input.Capabilities ?? []);
  const tags = input.Tags ?? previous?.blueprint?.tags ?? [];
  if (tags.length > 50) throw validationError('Stack tags: at most 50 tags are allowed');
  const reserved = tags.find(({ Key }) => Key?.toLowerCase().startsWith('aws:'));
  if (reserved) throw validationError(`aws: prefixed tag key names are not allowed for external use.`);
  return {
    body,
    template,
    parameters,
    tags,
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? previous?.blueprint?.notificationArns ?? [],
    roleArn: input.RoleARN ?? previous?.blueprint?.roleArn,
    description: template.Description,
  };
}

/** Reads what a URL of S3 names. @throws AwsError `ValidationError` */
export async function readFromUrl(url: string, readObject: ReadObject): Promise<string> {
  const place = parseS3Url(url);
  if (!place)
    throw validationError(`S3 error: Domain name specified in ${hostOf(url)} is not a valid S3 domain`);
  return readObject(place.bucket, place.key);
}

/** Bucket and key of an S3 URL, with the bucket in the host or in the path. */
function parseS3Url(url: string): { bucket: string; key: string } | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  const inHost =
    /^(.+)\.s3[.-]?[a-z0-9.-]*\.(?:amazonaws\.com|localhost)$/.exec(hostname) ??
    /^(.+)\.s3\.amazonaws\.com$/.exec(hostname);
  if (inHost?.[1]) return { bucket: inHost[1], key: path };
  const isS3 =
    /^s3[.-]?[a-z0-9.-]*\.?amazonaws\.com$/.test(hostname) ||
    /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname);
  const slash = path.indexOf('/');
  if (!isS3 || slash <= 0) return undefined;
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}
