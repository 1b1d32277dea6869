import type { Context } from '../../../core/context';
import type { WireRequest, WireResponse } from '../../../core/service';
import type { Code } from '../functions';
import type { LambdaState } from '../state';

/** Path of an archive that GetFunction names. */
const ARCHIVE_PATH = '/snapshots/';

/** Where the archive can be fetched for ten minutes: a presigned address, as AWS gives it, so that the front door knows the service. */
export function signArchive(context: Context, code: Code): string {
  const time = context.clock
    .now()
    .toISOString()
    .replace(/[-:]|\.\d{3}/g, '');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AWSLAMBDA/${time.slice(0, 8)}/${context.region}/lambda/aws4_request`,
    'X-Amz-Date': time,
    'X-Amz-Expires': '600',
    'X-Amz-SignedHeaders': 'host',
  });
  return `${context.endpoint}${ARCHIVE_PATH}${code.archive}?${query}`;
}

/** The download of an archive, at the address that GetFunction gives. */
export async function serveArchive(
  { codeFolder }: LambdaState,
  { method, path }: WireRequest,
): Promise<WireResponse | undefined> {
  if (method !== 'GET' || !path.startsWith(ARCHIVE_PATH)) return undefined;
  const archive = await codeFolder.readArchive(path.slice(ARCHIVE_PATH.length));
  return archive
    ? { status: 200, headers: { 'content-type': 'application/zip' }, body: archive }
    : { status: 404, headers: {}, body: '' };
}
