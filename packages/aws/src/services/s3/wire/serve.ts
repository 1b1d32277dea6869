import type { Call, WireRequest, WireResponse } from '../../../core/service';
import { answerPreflight } from '../access/cors';
import { withHeaderTexts } from '../objects/header-text';
import type { S3State } from '../state';
import { serveWebsite, websiteBucket } from '../website/website';
import { readAddress } from './address';

/** Pages of websites, and what browsers ask before they ask: requests that are no operations of S3's. */
export async function serveBrowser(
  s3: S3State,
  request: WireRequest,
  call: Call,
): Promise<WireResponse | undefined> {
  const site = websiteBucket(request.host);
  if (site !== undefined) return withHeaderTexts(serveWebsite(s3, site, request, call));
  if (request.method !== 'OPTIONS') return undefined;
  return answerPreflight(s3.buckets.get(readAddress(request).bucket ?? ''), request);
}
