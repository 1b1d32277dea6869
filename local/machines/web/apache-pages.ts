import { encodePath } from './request-path';

const PAGES: Readonly<Record<number, readonly [title: string, text: string]>> = {
  400: ['Bad Request', 'Your browser sent a request that this server could not understand.'],
  403: ['Forbidden', "You don't have permission to access this resource."],
  404: ['Not Found', 'The requested URL was not found on this server.'],
  405: ['Method Not Allowed', 'The requested method %s is not allowed for this URL.'],
  410: ['Gone', 'The requested resource is no longer available on this server.'],
  412: ['Precondition Failed', 'The precondition on the request for the URL evaluated to false.'],
  500: ['Internal Server Error', 'The server encountered an internal error or misconfiguration.'],
  501: ['Not Implemented', '%s not supported for current URL.'],
};

/** Apache's own page for an error or a redirect. */
export function apacheErrorPage(status: number, method: string): string {
  const [title, text] = PAGES[status] ?? ['Error', 'The server answered with an error.'];
  return page(`${status} ${title}`, title, text.replace('%s', escapeHtml(method)));
}

export function apacheRedirectPage(status: number, location: string): string {
  const title = status === 301 ? 'Moved Permanently' : status === 303 ? 'See Other' : 'Found';
  return page(
    `${status} ${title}`,
    title,
    `The document has moved <a href="${escapeHtml(location)}">here</a>.`,
  );
}

/** The listing of a directory that has no index page. */
export function apacheIndexPage(path: string, names: readonly string[]): string {
  const rows = [
    ...(path === '/' ? [] : ['<li><a href="../"> Parent Directory</a></li>']),
    ...names.map((name) => `<li><a href="${encodePath(name)}"> ${escapeHtml(name)}</a></li>`),
  ];
  const title = `Index of ${escapeHtml(path === '/' ? '/' : path.replace(/\/$/, ''))}`;
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html>
 <head>
  <title>${title}</title>
 </head>
 <body>
<h1>${title}</h1>
<ul>${rows.join('\n')}
</ul>
</body></html>
`;
}

function page(title: string, heading: string, text: string): string {
  return `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>${title}</title>
</head><body>
<h1>${heading}</h1>
<p>${text}</p>
</body></html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
