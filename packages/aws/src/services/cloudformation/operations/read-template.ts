import { validationError } from '../errors';
import { type Clients, ServiceFailure } from '../resources/clients';
import type { Stack } from '../stacks/stack';

/** How a request may give a template. */
export interface TemplateSource {
  readonly TemplateBody?: string;
  readonly TemplateURL?: string;
  readonly UsePreviousTemplate?: boolean;
}

/** Greatest size of a template in a request, and in S3: CloudFormation quotas. */
const BODY_QUOTA = 51_200;
const URL_QUOTA = 1_048_576;

/**
 * The text of a request's template.
 *
 * @throws AwsError `ValidationError` when there is not exactly one, or it cannot be read
 */
export async function readBody(source: TemplateSource, aws: Clients, previous?: Stack): Promise<string> {
  const given = [source.TemplateBody, source.TemplateURL, source.UsePreviousTemplate || undefined];
  if (given.filter((one) => one !== undefined).length !== 1)
    throw validationError('Either Template URL or Template Body must be specified.');
  if (source.UsePreviousTemplate) {
    if (!previous?.definition) throw validationError('There is no previous template to use.');
    return previous.definition.body;
  }
  const { TemplateBody } = source;
  if (TemplateBody === undefined) {
    const body = await readUrl(source.TemplateURL ?? '', aws);
    if (Buffer.byteLength(body) > URL_QUOTA)
      throw validationError(`Template may not exceed ${URL_QUOTA} bytes in size.`);
    return body;
  }
  // The API's model knows no such bound, but AWS words it as if it did.
  if (Buffer.byteLength(TemplateBody) > BODY_QUOTA) {
    throw validationError(
      `1 validation error detected: Value '${TemplateBody}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${BODY_QUOTA}`,
    );
  }
  return TemplateBody;
}

/** Reads what a URL of S3 names. @throws AwsError `ValidationError` */
export async function readUrl(url: string, aws: Clients): Promise<string> {
  const object = parseS3Url(url);
  if (!object && /^https?:/.test(url) && !/(^|\.)(amazonaws\.com|localhost)$/.test(hostOf(url)))
    throw validationError('TemplateURL must be a supported URL.');
  if (!object)
    throw validationError(`S3 error: Domain name specified in ${hostOf(url)} is not a valid S3 domain`);
  try {
    const { Body } = await aws.s3.GetObject(object);
    return await new Response(Body as never).text();
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw validationError(
      `S3 error: ${error.message}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
    );
  }
}

/** Bucket and key of an S3 URL, with the bucket in the host or in the path. */
function parseS3Url(url: string): { Bucket: string; Key: string } | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  const path = decodePath(pathname.slice(1));
  if (path === undefined) return undefined;
  const inHost =
    /^(.+)\.s3[.-]?[a-z0-9.-]*\.(?:amazonaws\.com|localhost)$/.exec(hostname) ??
    /^(.+)\.s3\.amazonaws\.com$/.exec(hostname);
  if (inHost?.[1]) return { Bucket: inHost[1], Key: path };
  const isS3 =
    /^s3[.-]?[a-z0-9.-]*\.?amazonaws\.com$/.test(hostname) ||
    /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname);
  const slash = path.indexOf('/');
  if (!isS3 || slash <= 0) return undefined;
  return { Bucket: path.slice(0, slash), Key: path.slice(slash + 1) };
}

/** Undefined for a path whose percent signs encode nothing. */
function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}
