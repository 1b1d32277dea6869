import { setTimeout as pause } from 'node:timers/promises';
import { type ApiAnswer, callApi } from '../api';
import { ApiError, type CommandError, EXIT, type ExitCode, NoAnswer, type Problem } from './errors';
import {
  adviseRefused,
  explain,
  findPlace,
  isUnreachable,
  messageOf,
  type Place,
  type PlaceOptions,
} from './place';
import { findTime, type RemoteTime } from './time';

/** What a call of the API has beside its path. */
export interface Asked {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Kiln's API, where it was found. */
export interface Remote extends RemoteTime {
  /** As the caller has said where that is: commands that are advised need the same. */
  readonly options: PlaceOptions;
  readonly place: Pick<Place, 'stack' | 'stage' | 'region' | 'endpoint' | 'client' | 'api'>;
  /**
   * Calls the API.
   *
   * @throws ApiError with what it says and what to do; NoAnswer where nobody answers
   */
  ask<Answer>(method: 'GET' | 'POST', path: string, asked?: Asked): Promise<Answer>;
}

const PAUSES = [300, 1000, 3000];
const WORTH_ANOTHER = [429, 500, 502, 503, 504];

/**
 * Finds Kiln's API.
 *
 * @param pauses real milliseconds before each further try of a call that may be made twice
 * @throws CommandError that says why it cannot be found and what to do
 */
export async function connect(
  options: PlaceOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
  pauses: readonly number[] = PAUSES,
): Promise<Remote> {
  const place = await findPlace(options, env);
  const [url, time] = await Promise.all([place.findUrl(), findTime(place.endpoint)]);
  return {
    options,
    place,
    ...time,
    ask: (method, path, asked) => ask({ place, url, pauses }, method, path, asked),
  };
}

interface Found {
  readonly place: Place;
  readonly url: string;
  readonly pauses: readonly number[];
}

async function ask<Answer>(
  { place, url, pauses }: Found,
  method: 'GET' | 'POST',
  path: string,
  { query = {}, body, headers = {} }: Asked = {},
): Promise<Answer> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const target = `${url}${path}${search.size > 0 ? `?${search}` : ''}`;
  const mayRepeat = method === 'GET' || 'idempotency-key' in headers;
  for (let tries = 0; ; tries += 1) {
    const wait = pauses[tries];
    const answer = await callApi(place.api, method, target, body, new Date(), headers).catch(
      (error: Error) => {
        if (mayRepeat && wait !== undefined && isUnreachable(error) && !place.endpoint) return undefined;
        throw explainUnanswered(error, place, `${method} ${url}${path}`);
      },
    );
    const isFinal = answer && (wait === undefined || !mayTryAgain(answer.status, mayRepeat));
    if (isFinal) return readAnswer<Answer>(answer, place, method, url, path);
    await pause(wait);
  }
}

/** Too many requests: none was done. Another failure may have come after the deed. */
function mayTryAgain(status: number, mayRepeat: boolean): boolean {
  return status === 429 || (mayRepeat && WORTH_ANOTHER.includes(status));
}

function explainUnanswered(error: Error, place: Place, operation: string): CommandError {
  if (!isUnreachable(error))
    return /Provider/.test(error.name)
      ? explain(error, place)
      : new NoAnswer(`${operation}: ${messageOf(error)}`, { cause: error });
  const advice = place.endpoint
    ? `start the embedded AWS (kiln local), or set AWS_ENDPOINT_URL to where it listens, which is now ${place.endpoint}`
    : 'look at the network and the proxy, and whether the API is still there (kiln doctor)';
  return new NoAnswer(`${operation}: nobody answers (${messageOf(error)}): ${advice}`, { cause: error });
}

function readAnswer<Answer>(
  answer: ApiAnswer,
  place: Place,
  method: string,
  url: string,
  path: string,
): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer.body as Answer;
  throw describeProblem(answer, place, method, url, path);
}

/** What API Gateway says itself, without Kiln, has a message alone. */
interface GatewayAnswer extends Problem {
  readonly message?: string;
}

/** An answer that is none of success, in words: what the API says, which call that was, and what to do. */
export function describeProblem(
  { status, body }: ApiAnswer,
  place: Pick<Place, 'stack' | 'region' | 'endpoint' | 'api'>,
  method: string,
  url: string,
  path: string,
): ApiError {
  const problem: GatewayAnswer = typeof body === 'object' && body !== null ? body : {};
  const operation = `${method} ${url}${path} answered ${status}`;
  const make = (text: string) => new ApiError(text, exitCodeOf(status), status, problem);
  if (problem.error !== undefined) {
    const { errors = [], detail: whole = '' } = problem;
    // What stands in the detail of each field, too, is said there.
    const detail = errors.length > 0 ? (whole.split(/\s*✖ /)[0] ?? '').trimEnd() : whole.trimEnd();
    const fields = errors
      .filter((one) => !detail.includes(one.detail))
      .map((one) => `\n  ${one.field}: ${one.detail}`);
    return make(`${problem.error}: ${detail}${fields.join('')}\n  ${operation}`);
  }
  const said = problem.message ?? (typeof body === 'string' ? body.slice(0, 200) : '');
  if (status === 404)
    return make(
      `the service that is deployed (stack ${place.stack} in ${place.region}) does not know this call: it is older than this command. Deploy it anew (npx serverless deploy)\n  ${operation}: ${said}`,
    );
  if (status === 401 || status === 403)
    return make(
      `not allowed: ${said || 'the API refuses the call'}. ${adviseDenied(place, `${method} ${path}`, status)}\n  ${operation}`,
    );
  if (status === 429) return make(`too many requests: try again in a moment\n  ${operation}: ${said}`);
  return make(`the service failed: ${said}. Try again; its log group says why\n  ${operation}`);
}

function adviseDenied(
  { endpoint, api }: Pick<Place, 'endpoint' | 'api'>,
  call: string,
  status: number,
): string {
  if (api.token) return 'KILN_TOKEN is old, or not for this audience: get another from its issuer';
  if (status === 401) return 'The service wants a token of its issuer: set KILN_TOKEN';
  if (endpoint) return adviseRefused(endpoint);
  return `The credentials need execute-api:Invoke for ${call}: ask for it, or take others (--profile)`;
}

function exitCodeOf(status: number): ExitCode {
  if (status === 400 || status === 413) return EXIT.usage;
  return [401, 403, 404].includes(status) ? EXIT.notFound : EXIT.failed;
}
