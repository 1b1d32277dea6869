import type { WireRequest, WireResponse } from '../../core/service';
import { AdminError, type AdministeredAws } from './route';
import { routes } from './routes';

/**
 * Answers `/_local/…`, which AWS has nothing like: a look behind the scenes and the switches of the embedded AWS, the same
 * that `startAws` gives in process.
 *
 * @param gone aborted when nobody waits for the answer any more
 */
export async function answerAdmin(
  request: WireRequest,
  aws: AdministeredAws,
  gone: AbortSignal,
): Promise<WireResponse> {
  const path = request.path.replace(/^\/_local\/?/, '');
  const methods: string[] = [];
  for (const route of routes) {
    const [method = '', pattern = ''] = route.path.split(' ');
    const match = matchPath(pattern, path);
    if (!match) continue;
    methods.push(method);
    if (request.method !== method) continue;
    try {
      const { query, body } = request;
      return json(200, await route.answer(aws, { parameters: match, query, body, gone }));
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      return json(error.status, { message: error.message });
    }
  }
  const message = `the embedded AWS has no ${request.method} ${request.path}`;
  if (methods.length === 0) return json(404, { message });
  const allow = methods.join(', ');
  const answer = json(405, { message: `${message}, but ${allow}` });
  return { ...answer, headers: { ...answer.headers, allow } };
}

/** The values of the `{names}` of a route's path; undefined where the path is another. */
function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name) parameters[name] = decode(given[i] ?? '');
    else if (part !== given[i]) return undefined;
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
}

function json(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
