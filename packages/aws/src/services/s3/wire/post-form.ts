import { AwsError } from '../../../core/aws-error';
import { invalidArgument } from '../errors';

/** A form that a browser posts to a bucket: its fields, with lower-case names, and the one file. */
export interface PostForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Buffer;
  readonly key: string;
}

/** In a key it stands for the name that the file has in the browser. */
const FILE_NAME = /\$\{filename\}/g;

/**
 * Reads a `multipart/form-data` body. Fields after the file are not looked at.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
 *
 * @throws AwsError `MalformedPOSTRequest`, `IncorrectNumberOfFilesInPostRequest`, `InvalidArgument`
 */
export function readPostForm(contentType: string, body: Buffer): PostForm {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw malformed();
  const fields = new Map<string, string>();
  for (const part of splitParts(body, `--${boundary}`)) {
    const { name, fileName, content } = readPart(part);
    if (name !== 'file') {
      fields.set(name, content.toString());
      continue;
    }
    const key = fields.get('key')?.replace(FILE_NAME, () => fileName ?? '');
    if (!key)
      throw invalidArgument(
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
        'key',
        '',
      );
    return { fields, file: content, key };
  }
  throw new AwsError(
    'IncorrectNumberOfFilesInPostRequest',
    'POST requires exactly one file upload per request.',
  );
}

function splitParts(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let at = body.indexOf(delimiter);
  if (at < 0) throw malformed();
  for (;;) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const end = body.indexOf(`\r\n${delimiter}`, start);
    if (end < 0) throw malformed();
    parts.push(body.subarray(start + 2, end));
    at = end + 2;
  }
}

function readPart(part: Buffer): { name: string; fileName?: string; content: Buffer } {
  const end = part.indexOf('\r\n\r\n');
  if (end < 0) throw malformed();
  const head = part.toString('utf8', 0, end);
  const name = /^content-disposition:.*?[;\s]name="([^"]*)"/im.exec(head)?.[1];
  if (name === undefined) throw malformed();
  const path = /^content-disposition:.*?filename="([^"]*)"/im.exec(head)?.[1];
  return {
    name: name.toLowerCase(),
    // Some browsers send the whole path of the file.
    fileName: path?.split(/[\\/]/).at(-1),
    content: part.subarray(end + 4),
  };
}

function malformed(): AwsError {
  return new AwsError(
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
  );
}
