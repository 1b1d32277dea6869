import { escapeHtml } from '../escape-html';
import { encodePath } from '../request-path';

/** The listing of a directory that has no index page. */
export function apacheListing(path: string, names: readonly string[]): string {
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
