import { gunzipSync } from 'node:zlib';

export type UserDataPart =
  | { kind: 'script'; text: string }
  | { kind: 'cloud-config'; text: string }
  | { kind: 'boothook'; text: string }
  | { kind: 'unhandled'; type: string; start: string };

const GZIP_MAGIC = [0x1f, 0x8b];

/** What cloud-init makes of user data: unpacked, and split at MIME boundaries. */
export function readUserData(raw: Uint8Array): UserDataPart[] {
  const text = unpack(raw);
  if (text.trim() === '') return [];
  if (/^(content-type:\s*multipart|mime-version:)/i.test(text)) return readMultipart(text);
  return [classify(text, undefined)];
}

function unpack(raw: Uint8Array): string {
  const packed = raw[0] === GZIP_MAGIC[0] && raw[1] === GZIP_MAGIC[1];
  return Buffer.from(packed ? gunzipSync(raw) : raw).toString('utf8');
}

function classify(text: string, contentType: string | undefined): UserDataPart {
  if (contentType === 'text/x-shellscript' || text.startsWith('#!')) return { kind: 'script', text };
  if (contentType === 'text/cloud-config' || text.startsWith('#cloud-config'))
    return { kind: 'cloud-config', text };
  if (contentType === 'text/cloud-boothook' || text.startsWith('#cloud-boothook'))
    return { kind: 'boothook', text };
  return { kind: 'unhandled', type: contentType ?? 'text/x-not-multipart', start: text.slice(0, 24) };
}

function readMultipart(text: string): UserDataPart[] {
  const { headers, body } = splitHeaders(text);
  const boundary = /boundary="?([^";\s]+)"?/i.exec(headers.get('content-type') ?? '')?.[1];
  if (boundary === undefined)
    return [{ kind: 'unhandled', type: 'multipart/mixed', start: text.slice(0, 24) }];
  return body
    .split(`--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--'))
    .map((part) => {
      const { headers: own, body: content } = splitHeaders(part.replace(/^\r?\n/, ''));
      const type = own.get('content-type')?.split(';')[0]?.trim().toLowerCase();
      const encoded = own.get('content-transfer-encoding')?.toLowerCase() === 'base64';
      const decoded = encoded
        ? Buffer.from(content, 'base64').toString('utf8')
        : content.replace(/\r\n/g, '\n');
      return classify(decoded, type === 'text/plain' ? undefined : type);
    });
}

function splitHeaders(text: string): { headers: Map<string, string>; body: string } {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: rest.join('\n\n') };
}
