import type { Route, Stage } from '@aws-sdk/client-apigatewayv2';
import type { HttpApi, Snapshot } from '../state';
import { compareRoutes, matchRoute, parseRouteKey, splitPath } from './route-key';

/** The stage that the first segment of the path names, or `$default`; with the path inside of it. */
export function chooseStage(api: HttpApi, path: string): { stage: Stage; path: string } | undefined {
  const [, name = '', rest] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
  const named = name === '$default' ? undefined : api.stages.get(name);
  if (named) return { stage: named, path: rest ?? '/' };
  const stage = api.stages.get('$default');
  return stage && { stage, path };
}

/** The most specific route that fits, or `$default`; with the variables of its path. */
export function chooseRoute(
  snapshot: Snapshot,
  method: string,
  path: string,
): { route: Route; variables: Record<string, string> } | undefined {
  const segments = splitPath(path);
  const fitting = snapshot.routes.flatMap((route) => {
    const key = parseRouteKey(route.RouteKey ?? '');
    const variables = key && matchRoute(key, method, segments);
    return variables ? [{ route, key, variables }] : [];
  });
  const [best] = fitting.sort((a, b) => compareRoutes(a.key, b.key));
  if (best) return best;
  const fallback = snapshot.routes.find(({ RouteKey }) => RouteKey === '$default');
  return fallback && { route: fallback, variables: {} };
}
