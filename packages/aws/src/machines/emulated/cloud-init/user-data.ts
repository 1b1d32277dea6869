import { gunzipSync } from 'node:zlib';

/** How often scripts under `/var/lib/cloud/scripts` run. */
export type Frequency = 'per-once' | 'per-boot' | 'per-instance';

/** Of a part of a message: the name that its header gives it, and how it says that it is merged into those before it. */
interface PartHeader {
  filename?: string;
  merging?: string;
}

export type UserDataPart = (
  | { kind: 'script'; text: string }
  /** A script that every boot runs, the first boot of each instance, or the first boot of all. */
  | { kind: 'frequent-script'; frequency: Frequency; text: string }
  | { kind: 'cloud-config'; text: string }
  | { kind: 'boothook'; text: string }
  /** Of a kind that cloud-init knows and this machine does not. */
  | { kind: 'lacking'; type: string }
  /** Of a kind that cloud-init passes over. */
  | { kind: 'passed'; type: string }
  | { kind: 'unhandled'; type: string; start: string }
) &
  PartHeader;

/** Where cloud-init looks for `MIME-Version:`, in characters; what has none is no message. */
const MIME_START = 4096;

const GZIP_MAGIC = [0x1f, 0x8b];

/** What cloud-init makes of user data: unpacked, and split at MIME boundaries. */
export function readUserData(raw: Uint8Array): UserDataPart[] {
  const text = unpack(raw);
  if (text.trim() === '') return [];
  if (/mime-version:/i.test(text.slice(0, MIME_START))) return readMessage(text);
  return [classify(text, undefined)];
}

function unpack(raw: Uint8Array): string {
  const packed = raw[0] === GZIP_MAGIC[0] && raw[1] === GZIP_MAGIC[1];
  return Buffer.from(packed ? gunzipSync(raw) : raw).toString('utf8');
}

/** The kinds of parts by the line with which a part begins, as cloud-init has them. */
const BEGINNINGS: readonly (readonly [start: string, type: string])[] = [
  ['#include-once', 'text/x-include-once-url'],
  ['#include', 'text/x-include-url'],
  ['#!', 'text/x-shellscript'],
  ['#cloud-config-archive', 'text/cloud-config-archive'],
  ['#cloud-config-jsonp', 'text/cloud-config-jsonp'],
  ['#cloud-config', 'text/cloud-config'],
  ['#upstart-job', 'text/upstart-job'],
  ['#part-handler', 'text/part-handler'],
  ['#cloud-boothook', 'text/cloud-boothook'],
  ['## template: jinja', 'text/jinja2'],
];

const LACKING = new Set([
  'text/x-include-once-url',
  'text/x-include-url',
  'text/cloud-config-archive',
  'text/cloud-config-jsonp',
  'text/part-handler',
  'text/jinja2',
]);

const PASSED = new Set(['text/upstart-job', 'text/cloud-boothook-disabled']);

/** A part's own beginning tells its kind where its header says no more than that it is text. */
function classify(text: string, contentType: string | undefined): UserDataPart {
  const isVague = contentType === undefined || ['text/plain', 'text/x-not-multipart'].includes(contentType);
  const type = isVague ? BEGINNINGS.find(([start]) => text.startsWith(start))?.[1] : contentType;
  if (type === 'text/x-shellscript') return { kind: 'script', text };
  const frequency = /^text\/x-shellscript-(per-(?:boot|instance|once))$/.exec(type ?? '')?.[1];
  if (frequency !== undefined) return { kind: 'frequent-script', frequency: frequency as Frequency, text };
  if (type === 'text/cloud-config') return { kind: 'cloud-config', text };
  if (type === 'text/cloud-boothook')
    return { kind: 'boothook', text: text.replace(/^#cloud-boothook\r?\n/, '') };
  if (type !== undefined && LACKING.has(type)) return { kind: 'lacking', type };
  if (type !== undefined && PASSED.has(type)) return { kind: 'passed', type };
  return { kind: 'unhandled', type: type ?? 'text/x-not-multipart', start: text.slice(0, 24) };
}

/** A message of several parts, or of one. The line `From …` that mailboxes have before a message says nothing. */
function readMessage(text: string): UserDataPart[] {
  const message = text.replace(/^From .*\r?\n/, '');
  if (!/^[\w-]+:/.test(message)) return [classify(text, undefined)];
  const type = splitHeaders(message).headers.get('content-type');
  return type?.toLowerCase().startsWith('multipart/') ? readMultipart(message) : readPart(message);
}

function readMultipart(text: string): UserDataPart[] {
  const { headers, body } = splitHeaders(text);
  const boundary = boundaryOf(headers);
  if (boundary === undefined)
    return [{ kind: 'unhandled', type: 'multipart/mixed', start: text.slice(0, 24) }];
  return splitParts(body, boundary).flatMap(readPart);
}

function boundaryOf(headers: ReadonlyMap<string, string>): string | undefined {
  const [, quoted, plain] =
    /boundary=(?:"([^"]+)"|([^";\s]+))/i.exec(headers.get('content-type') ?? '') ?? [];
  return quoted ?? plain;
}

/** What stands between lines that are the boundary: text that only begins like it is a part's own. */
function splitParts(body: string, boundary: string): string[] {
  const parts: string[][] = [];
  for (const line of body.replace(/\r\n/g, '\n').split('\n')) {
    const end = line.trimEnd();
    if (end === `--${boundary}--`) break;
    if (end === `--${boundary}`) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.map((lines) => `${lines.join('\n')}\n`);
}

function readPart(part: string): UserDataPart[] {
  const { headers, body } = splitHeaders(part);
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type?.startsWith('multipart/')) return readMultipart(part);
  const text = decode(body, headers.get('content-transfer-encoding')?.toLowerCase());
  if (text.trim() === '') return [];
  const [, quoted, plain] =
    /filename=(?:"([^"]+)"|([^";\s]+))/i.exec(headers.get('content-disposition') ?? '') ?? [];
  const filename = quoted ?? plain;
  const merging = headers.get('merge-type') ?? headers.get('x-merge-type');
  return [
    {
      ...classify(text, type),
      ...(filename !== undefined && { filename: cleanName(filename) }),
      ...(merging !== undefined && { merging }),
    },
  ];
}

/** As cloud-init names the file of a part: without what separates folders, and with no other signs than these. */
function cleanName(name: string): string {
  return name.replace(/\//g, '_').replace(/[^\w.()[\] -]/g, '');
}

function decode(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return unpack(Buffer.from(body, 'base64')).replace(/\r\n/g, '\n');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function splitHeaders(text: string): { headers: Map<string, string>; body: string } {
  const [head = '', ...rest] = /^\r?\n/.test(text)
    ? ['', text.replace(/^\r?\n/, '')]
    : text.split(/\r?\n\r?\n/);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: rest.join('\n\n') };
}
