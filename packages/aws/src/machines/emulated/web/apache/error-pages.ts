import { escapeHtml } from '../escape-html';

const PAGES: Readonly<Record<number, readonly [title: string, text: string]>> = {
  400: ['Bad Request', 'Your browser sent a request that this server could not understand.<br />\n'],
  401: [
    'Unauthorized',
    "This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.",
  ],
  403: ['Forbidden', "You don't have permission to access this resource."],
  404: ['Not Found', 'The requested URL was not found on this server.'],
  405: ['Method Not Allowed', 'The requested method %s is not allowed for this URL.'],
  410: [
    'Gone',
    'The requested resource is no longer available on this server and there is no forwarding address.\nPlease remove all references to this resource.',
  ],
  412: ['Precondition Failed', 'The precondition on the request for the URL %u evaluated to false.'],
  416: [
    'Requested Range Not Satisfiable',
    'None of the range-specifier values in the Range\nrequest-header field overlap the current extent\nof the selected resource.',
  ],
  500: [
    'Internal Server Error',
    'The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.</p>\n<p>Please contact the server administrator at \n root@localhost to inform them of the time this error occurred,\n and the actions you performed just before this error.</p>\n<p>More information about this error may be available\nin the server error log.',
  ],
  501: ['Not Implemented', '%s not supported for current URL.<br />\n'],
  502: [
    'Proxy Error',
    'The proxy server received an invalid\nresponse from an upstream server.<br />\nThe proxy server could not handle the request<p>Reason: <strong>Error reading from remote server</strong></p>',
  ],
  503: [
    'Service Unavailable',
    'The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\nproblems. Please try again later.',
  ],
};

/** Apache's own page for an error. */
export function apacheErrorPage(status: number, method: string): string {
  const [title, text] = PAGES[status] ?? ['Error', 'The server answered with an error.'];
  return page(`${status} ${title}`, title, text.replace('%s', escapeHtml(method)).replace(' %u', ''));
}

const REDIRECTS: Readonly<Record<number, string>> = {
  ...{ 301: 'Moved Permanently', 303: 'See Other', 307: 'Temporary Redirect', 308: 'Permanent Redirect' },
};

/** Apache's own page for a redirect. */
export function apacheRedirectPage(status: number, location: string): string {
  const title = REDIRECTS[status] ?? 'Found';
  return page(
    `${status} ${title}`,
    title,
    `The document has moved <a href="${escapeHtml(location)}">here</a>.`,
  );
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
