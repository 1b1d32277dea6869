import type { WireResponse } from '../../../core/service';

/** Whether a text can be the value of an HTTP header: printable characters of ISO-8859-1. */
export function isHeaderText(text: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(text);
}

/**
 * An answer whose headers can be sent: what metadata have of other characters is encoded, as S3 does it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function withHeaderTexts(response: WireResponse): WireResponse {
  const headers = Object.entries(response.headers).map(([name, value]) => [
    name,
    isHeaderText(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`,
  ]);
  return { ...response, headers: Object.fromEntries(headers) };
}
