import { lastOf } from './config';
import type { NginxDirective } from './parse';

const VERSION = 'nginx/1.28.0';

const TITLES: Readonly<Record<number, string>> = {
  ...{
    301: 'Moved Permanently',
    302: 'Found',
    303: 'See Other',
    307: 'Temporary Redirect',
    308: 'Permanent Redirect',
  },
  ...{
    400: 'Bad Request',
    401: 'Authorization Required',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Not Allowed',
  },
  ...{
    410: 'Gone',
    416: 'Requested Range Not Satisfiable',
    429: 'Too Many Requests',
    500: 'Internal Server Error',
  },
  ...{ 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out' },
};

/** What the `Server` header and the pages say. */
export function serverName(directives: readonly NginxDirective[]): string {
  return lastOf(directives, 'server_tokens')?.args[0] === 'off' ? 'nginx' : VERSION;
}

/** nginx's own page for an error or a redirect. */
export function nginxErrorPage(status: number, directives: readonly NginxDirective[]): string {
  const title = `${status} ${TITLES[status] ?? ''}`.trim();
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${serverName(directives)}</center>\r\n</body>\r\n</html>\r\n`;
}
