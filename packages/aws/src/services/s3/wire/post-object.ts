import type { WireRequest, WireResponse } from '../../../core/service';
import { escapeXml } from '../../../wire/codec';
import type { PostForm } from './post-form';

/** Fields of a form that are headers of PutObject by the same name. */
const HEADERS =
  /^(content-type|cache-control|content-disposition|content-encoding|content-language|expires|x-amz-meta-.+|x-amz-storage-class|x-amz-server-side-encryption.*|x-amz-website-redirect-location|x-amz-checksum-.+)$/;

/** The PutObject request that says the same as a posted form. */
export function asPutObject(request: WireRequest, form: PostForm): WireRequest {
  const acl = form.fields.get('acl');
  const headers = [...form.fields].filter(([name]) => HEADERS.test(name));
  return {
    ...request,
    method: 'PUT',
    body: form.file,
    headers: { ...Object.fromEntries(headers), ...(acl !== undefined && { 'x-amz-acl': acl }) },
  };
}

/**
 * What a browser is answered: an empty page, a document that names the object, or another address to go to.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export function answerPost(form: PostForm, bucket: string, host: string, put: WireResponse): WireResponse {
  const etag = put.headers.ETag ?? put.headers.etag ?? '';
  const location = `http://${host}/${bucket}/${form.key.split('/').map(encodeURIComponent).join('/')}`;
  const target = form.fields.get('success_action_redirect') ?? form.fields.get('redirect');
  if (target !== undefined && URL.canParse(target)) {
    const url = new URL(target);
    for (const [name, value] of Object.entries({ bucket, key: form.key, etag }))
      url.searchParams.set(name, value);
    return { status: 303, headers: { ...put.headers, location: String(url) }, body: '' };
  }
  const headers = { ...put.headers, location };
  switch (form.fields.get('success_action_status')) {
    case '200':
      return { status: 200, headers, body: '' };
    case '201':
      return {
        status: 201,
        headers: { ...headers, 'content-type': 'application/xml' },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${escapeXml(location)}</Location><Bucket>${bucket}</Bucket><Key>${escapeXml(form.key)}</Key><ETag>${escapeXml(etag)}</ETag></PostResponse>`,
      };
    default:
      return { status: 204, headers, body: '' };
  }
}
