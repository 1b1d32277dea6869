import type { ServerResponse } from 'node:http';

const PHRASES: Readonly<Record<number, string>> = {
  301: '301 Moved Permanently',
  302: '302 Found',
  400: '400 Bad Request',
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out',
};

/** The page that an Application Load Balancer answers with when it is the load balancer itself that answers. */
export function pageFor(status: number): string {
  const title = PHRASES[status] ?? String(status);
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** Answers with the load balancer's own page. */
export function sendPage(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendOwn(response, status, pageFor(status), 'text/html', headers);
}

/** Answers as the load balancer itself, not a target. */
export function sendOwn(
  response: ServerResponse,
  status: number,
  body: string,
  contentType: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    server: 'awselb/2.0',
    ...(contentType && { 'content-type': contentType }),
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
