import { invalidArgument } from '../errors';

/** What `x-amz-copy-source` names: `/bucket/key?versionId=…`, percent-encoded. */
export function readCopySource(text: string | undefined): {
  bucket: string;
  key: string;
  versionId?: string;
} {
  const given = text ?? '';
  const at = given.indexOf('?versionId=');
  const path = decode(at < 0 ? given : given.slice(0, at)).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash <= 0 || slash === path.length - 1) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      given,
    );
  }
  return {
    bucket: path.slice(0, slash),
    key: path.slice(slash + 1),
    versionId: at < 0 ? undefined : decode(given.slice(at + '?versionId='.length)),
  };
}

/** What is not percent-encoded rightly names no object. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return '';
  }
}
