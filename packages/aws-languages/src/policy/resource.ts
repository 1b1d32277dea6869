import { PARTITIONS } from '../arn';
import { compileWildcard, fixedStart } from '../wildcard';
import { LEGACY_PARSING } from './problem';
import { type RequestContext, resolvePattern } from './variables';

const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

/**
 * What is wrong with a resource of a policy, in IAM's words; undefined when nothing is. An ARN may lack its last elements,
 * which then are anything.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function findResourceProblem(resource: string): string | undefined {
  if (resource === '*') return undefined;
  if (!resource.includes(':')) return `Resource ${resource} must be in ARN format or "*".`;
  // What stands before the first colon is read as `arn`.
  const [, ...rest] = splitElements(resource);
  const elements = ['arn', ...rest];
  const [, partition = '', service, region = '', account, path = '*'] = elements;
  const isPartition = compileWildcard(partition);
  if (!PARTITIONS.some((name) => isPartition.test(name)))
    return `Partition "${partition}" is not valid for resource "${completeArn(elements.join(':'))}".`;
  if (!resource.startsWith('arn:')) return `Resource ${resource} must be in ARN format or "*".`;
  if (service === undefined || /[*?]/.test(service))
    return 'Resource vendor must be fully qualified and cannot contain regexes.';
  const isIncomplete = elements.length < 6 && account !== undefined && !/^(\*|\d{12}|aws|)$/.test(account);
  const isWord = [service, region, account ?? ''].every((element) => /^[\w*?.-]*$/.test(element));
  if (service === '' || isIncomplete || !isWord) return LEGACY_PARSING;
  const isRegion = region !== '' && !/[*?]/.test(region);
  if (service === 'iam' && isRegion) return `IAM resource ${resource} cannot contain region information.`;
  // Access points have a region, and an account; buckets have neither.
  if (service === 's3' && isRegion && !account)
    return `Resource ${resource} can not contain region information.`;
  if (service === 'iam' && !isIamPath(path))
    return `IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`;
  return undefined;
}

/** A path may have its wildcards before the slash: `u*`. */
function isIamPath(path: string): boolean {
  const fixed = path.slice(0, path.search(/[*?]|$/));
  if (fixed === path) return IAM_PATHS.some((start) => path.startsWith(start));
  return IAM_PATHS.some((start) => fixed.startsWith(start) || start.startsWith(fixed));
}

/** Whether a resource of a policy, wildcards and variables included, means a resource. */
export function matchesResource(
  pattern: string,
  resource: string,
  context: RequestContext,
  version: string,
): boolean {
  if (pattern === '*' || !resource.startsWith(fixedStart(pattern))) return pattern === '*';
  const resolved = resolvePattern(completeArn(pattern), context, version);
  return resolved !== undefined && compileWildcard(resolved, { escape: 'any' }).test(resource);
}

/** An ARN with `*` for the elements that it lacks; other texts as they are. */
function completeArn(text: string): string {
  if (!text.startsWith('arn:')) return text;
  const elements = splitElements(text);
  return [...elements, ...Array(6 - elements.length).fill('*')].join(':');
}

/** The elements of an ARN, six at most: the resource may have colons, also in its variables. */
function splitElements(text: string): string[] {
  const [first = '', ...others] = text.split(':');
  return [first, ...others.slice(0, 4), ...(others.length > 4 ? [others.slice(4).join(':')] : [])];
}
