import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Writes what only those may read who may call `sts:DecodeAuthorizationMessage`. */
export function encodeAuthorizationMessage(content: object): string {
  return deflateRawSync(JSON.stringify(content)).toString('base64url');
}

/** The JSON of an encoded message; undefined for a text that is none. */
export function decodeAuthorizationMessage(encoded: string): string | undefined {
  try {
    const text = inflateRawSync(Buffer.from(encoded, 'base64url'), { maxOutputLength: 1_000_000 }).toString();
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
