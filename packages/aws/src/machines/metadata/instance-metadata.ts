import type { MachineOptions } from '../machine-options';
import { randomBytes } from '../random';
import { type Leaf, metadataTree, type Tree } from './metadata-tree';

export const METADATA_ADDRESS = '169.254.169.254';

const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const MAX_TTL_SECONDS = 21_600;

/**
 * The instance metadata service, versions 1 and 2.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export class InstanceMetadata {
  private readonly tokens = new Map<string, number>();

  constructor(private readonly options: MachineOptions) {}

  async answer(method: string, path: string, headers: Headers): Promise<Response> {
    if (this.options.httpEndpoint === 'disabled') return errorPage(403, 'Forbidden');
    const clean = path.replace(/[?#].*$/, '').replace(/\/{2,}/g, '/');
    if (clean === '/latest/api/token') return this.issueToken(method, headers);
    if (method !== 'GET' && method !== 'HEAD') return errorPage(405, 'Method Not Allowed');
    const refused = this.checkToken(headers);
    if (refused) return refused;
    if (clean === '/') return plain('1.0\n2007-01-19\n2021-03-23\n2022-09-24\nlatest');
    const match = /^\/(?:latest|\d{4}-\d{2}-\d{2})(\/.*)?$/.exec(clean);
    if (match === null) return errorPage(404, 'Not Found');
    const found = await this.lookUp((match[1] ?? '/').split('/').filter((name) => name !== ''));
    return found === undefined
      ? errorPage(404, 'Not Found')
      : new Response(typeof found === 'string' ? found : Uint8Array.from(found), {
          statusText: 'OK',
          headers: {
            'content-type': typeof found === 'string' ? 'text/plain' : 'application/octet-stream',
            server: 'EC2ws',
          },
        });
  }

  private issueToken(method: string, headers: Headers): Response {
    if (method !== 'PUT') return errorPage(405, 'Method Not Allowed');
    if (headers.has('x-forwarded-for')) return errorPage(403, 'Forbidden');
    const seconds = Number(headers.get(TTL_HEADER));
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TTL_SECONDS)
      return errorPage(400, 'Bad Request');
    const token = randomBytes(40).toString('base64url');
    this.tokens.set(token, this.options.now().getTime() + seconds * 1000);
    return plain(token, { [TTL_HEADER]: String(seconds) });
  }

  private checkToken(headers: Headers): Response | undefined {
    const token = headers.get(TOKEN_HEADER);
    if (token === null)
      return (this.options.httpTokens ?? 'required') === 'required'
        ? errorPage(401, 'Unauthorized')
        : undefined;
    const expiry = this.tokens.get(token);
    return expiry === undefined || expiry < this.options.now().getTime()
      ? errorPage(401, 'Unauthorized')
      : undefined;
  }

  private async lookUp(names: string[]): Promise<string | Uint8Array | undefined> {
    if (names.length === 1 && names[0] === 'user-data') return this.options.userData;
    let at: Leaf | Tree = metadataTree(this.options);
    for (const name of names) {
      if (typeof at === 'function') return undefined;
      const next: Leaf | Tree | undefined = Object.hasOwn(at, name) ? at[name] : undefined;
      if (next === undefined) return undefined;
      at = next;
    }
    if (typeof at === 'function') return await at();
    const listed = Object.entries(at).map(([name, value]) =>
      typeof value === 'function' ? name : `${name}/`,
    );
    return listed.join('\n');
  }
}

function plain(text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    statusText: 'OK',
    headers: { 'content-type': 'text/plain', server: 'EC2ws', ...headers },
  });
}

function errorPage(status: number, title: string): Response {
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${status} - ${title}</title>
 </head>
 <body>
  <h1>${status} - ${title}</h1>
 </body>
</html>
`;
  return new Response(body, {
    status,
    statusText: title,
    headers: { 'content-type': 'text/html', server: 'EC2ws' },
  });
}
