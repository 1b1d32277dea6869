/** As in /etc/mime.types: a type and the suffixes that mean it. */
export const MIME_TYPES_FILE = `application/gzip				gz tgz
application/json				json map
application/manifest+json			webmanifest
application/pdf					pdf
application/rss+xml				rss
application/wasm				wasm
application/xhtml+xml				xhtml xht
application/xml					xml xsl
application/x-tar				tar
application/zip					zip
audio/mpeg					mp3
audio/ogg					oga ogg opus
audio/x-wav					wav
font/otf					otf
font/ttf					ttf
font/woff					woff
font/woff2					woff2
image/avif					avif
image/bmp					bmp
image/gif					gif
image/jpeg					jpeg jpg jpe
image/png					png
image/svg+xml					svg svgz
image/tiff					tiff tif
image/vnd.microsoft.icon			ico
image/webp					webp
text/calendar					ics
text/css					css
text/csv					csv
text/html					html htm
text/javascript					js mjs
text/markdown					md markdown
text/plain					txt asc text log conf
video/mp4					mp4 m4v
video/mpeg					mpeg mpg
video/ogg					ogv
video/quicktime					mov
video/webm					webm
video/x-msvideo					avi
application/vnd.apple.mpegurl			m3u8
video/mp2t					ts
`;

/** Suffix (without the dot, lower case) to type, read from text such as /etc/mime.types. */
export function parseMimeTypes(text: string): Map<string, string> {
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [type, ...suffixes] = line.split(/\s+/).filter((word) => word !== '');
    if (type !== undefined) for (const suffix of suffixes) types.set(suffix.toLowerCase(), type);
  }
  return types;
}

export const DEFAULT_MIME_TYPES: ReadonlyMap<string, string> = parseMimeTypes(MIME_TYPES_FILE);

/** The suffix of a file name, without the dot, lower case; empty when it has none. */
export function suffixOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
