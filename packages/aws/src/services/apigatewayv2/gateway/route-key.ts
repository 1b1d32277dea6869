import { badRequest } from '../errors';

/** A route key taken apart: `POST /pipelines/{pipeline}/builds`. */
export interface RouteKey {
  /** `ANY` is every method. */
  readonly method: string;
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable' | 'greedy'; readonly name: string };

const METHODS = ['ANY', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'];
const VARIABLE = /^\{([\w.:-]+)(\+)?\}$/;

/**
 * Reads a route key; `undefined` is `$default`.
 * @throws AwsError BadRequestException
 */
export function parseRouteKey(routeKey: string): RouteKey | undefined {
  if (routeKey === '$default') return undefined;
  const [method = '', path = '', ...more] = routeKey.split(' ');
  if (!METHODS.includes(method) || !path.startsWith('/') || more.length > 0)
    throw badRequest(
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    );
  const segments = splitPath(path).map(readSegment);
  if (segments.some(({ kind }, i) => kind === 'greedy' && i < segments.length - 1))
    throw badRequest('Greedy path variables are only allowed at the end of the route path');
  const names = segments.flatMap((segment) => (segment.kind === 'text' ? [] : [segment.name]));
  if (new Set(names).size < names.length)
    throw badRequest(`Path variables in the route key must be unique: ${routeKey}`);
  return { method, segments };
}

/** The segments between the slashes; the root has none, and a trailing slash makes one that is empty. */
export function splitPath(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

/**
 * The path variables when the request fits the route; `undefined` when it does not. Values are percent-decoded.
 * @param segments of the request's path, as sent
 */
export function matchRoute(
  route: RouteKey,
  method: string,
  segments: readonly string[],
): Record<string, string> | undefined {
  if (route.method !== 'ANY' && route.method !== method) return undefined;
  const variables: Record<string, string> = {};
  for (const [i, part] of route.segments.entries()) {
    const segment = segments[i];
    if (segment === undefined) return undefined;
    if (part.kind === 'greedy') {
      variables[part.name] = segments.slice(i).map(decodeSegment).join('/');
      return variables[part.name] === '' ? undefined : variables;
    }
    if (part.kind === 'text') {
      if (decodeSegment(segment) !== part.text) return undefined;
    } else if (segment === '') return undefined;
    else variables[part.name] = decodeSegment(segment);
  }
  return segments.length === route.segments.length ? variables : undefined;
}

/**
 * Orders routes that fit the same request, the one that AWS chooses first: the more specific path, then the named method
 * before ANY. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function compareRoutes(a: RouteKey, b: RouteKey): number {
  for (let i = 0; i < Math.max(a.segments.length, b.segments.length); i += 1) {
    const difference = rankOf(a.segments[i]) - rankOf(b.segments[i]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

function rankOf(segment: Segment | undefined): number {
  return segment ? ['text', 'variable', 'greedy'].indexOf(segment.kind) : 0;
}

function readSegment(text: string): Segment {
  const variable = VARIABLE.exec(text);
  if (variable) return { kind: variable[2] ? 'greedy' : 'variable', name: variable[1] ?? '' };
  if (/[{}\s]/.test(text)) throw badRequest(`Invalid path part in the route key: ${text}`);
  return { kind: 'text', text };
}

/** Decodes what is percent-encoded; text that only looks so stays. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}
