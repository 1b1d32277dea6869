import type { NormalizedSchema } from '@smithy/core/schema';
import type { WireRequest } from '../core/service';
import type { OperationModel, ServiceModel } from '../core/service-model';
import { readSimple } from './query-input';

/** An operation of a REST protocol and the labels of its path. */
export interface RestMatch {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: OperationModel;
  readonly pattern: RegExp;
  readonly labels: readonly string[];
  /** Query fields that the URI template itself demands. */
  readonly constants: readonly (readonly [string, string])[];
  readonly specificity: number;
}

/** Finds the operation of a REST request; undefined when there is none. */
export type RestRouter = (method: string, path: string, query: URLSearchParams) => RestMatch | undefined;

/** Makes a router from the URI templates of the operations' `http` traits. */
export function makeRestRouter(model: ServiceModel): RestRouter {
  const routes = new Map<string, Route[]>();
  for (const operation of model.operations.values()) {
    if (!operation.http) continue;
    const list = routes.get(operation.http.method) ?? [];
    list.push(makeRoute(operation, operation.http.path));
    routes.set(operation.http.method, list);
  }
  for (const list of routes.values()) list.sort((a, b) => b.specificity - a.specificity);

  return (method, path, query) => {
    for (const route of routes.get(method) ?? []) {
      const match = route.pattern.exec(path);
      if (!match) continue;
      if (
        !route.constants.every(([key, value]) => query.has(key) && (value === '' || query.get(key) === value))
      )
        continue;
      const labels = Object.fromEntries(
        route.labels.map((name, i) => [name, decodeLabel(match[i + 1] ?? '')]),
      );
      return { operation: route.operation, labels };
    }
    return undefined;
  };
}

/** A label that is not percent-encoded rightly stays as it was sent: then it names nothing that there is. */
function decodeLabel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
}

function makeRoute(operation: OperationModel, template: string): Route {
  const [path = '', search = ''] = template.split('?');
  const labels: string[] = [];
  const segments = path.split('/').filter(Boolean);
  const pattern = segments.map((segment) => {
    const label = /^\{(.+?)(\+?)\}$/.exec(segment);
    if (!label) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    labels.push(label[1] ?? '');
    return label[2] ? '(.+)' : '([^/]+)';
  });
  const constants = [...new URLSearchParams(search)].filter(([key]) => key !== 'x-id');
  return {
    operation,
    pattern: new RegExp(`^/${pattern.join('/')}/?$`),
    labels,
    constants,
    specificity: (segments.length - labels.length) * 10 + segments.length + constants.length * 100,
  };
}

/** What a codec does with the members that travel in the body. */
export interface BodyReader {
  read(schema: NormalizedSchema, body: Buffer): Promise<unknown>;
}

/** Decodes the input of an operation from path labels, query, headers and body, as its schema binds them. */
export async function decodeRestInput(
  match: RestMatch,
  request: WireRequest,
  body: BodyReader,
): Promise<unknown> {
  const input: Record<string, unknown> = {};
  const schema = match.operation.input;
  if (!schema.isStructSchema()) return input;
  let inBody = false;
  const queryNames = new Set<string>();
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    if (traits.httpLabel) {
      input[name] = readSimple(member, match.labels[name] ?? '', name);
    } else if (traits.httpQuery) {
      queryNames.add(traits.httpQuery);
      const values = request.query.getAll(traits.httpQuery);
      if (values.length > 0) {
        input[name] = member.isListSchema()
          ? values.map((value) => readSimple(member.getValueSchema(), value, name))
          : readSimple(member, values[0] ?? '', name);
      }
    } else if (traits.httpHeader) {
      const text = request.headers[traits.httpHeader.toLowerCase()];
      if (text !== undefined) input[name] = readHeader(member, text, name);
    } else if (traits.httpPrefixHeaders !== undefined) {
      input[name] = readPrefixHeaders(request.headers, String(traits.httpPrefixHeaders).toLowerCase());
    } else if (traits.httpPayload) {
      if (member.isBlobSchema()) input[name] = request.body;
      else if (member.isStringSchema()) input[name] = request.body.toString();
      else if (request.body.length > 0) input[name] = await body.read(member, request.body);
    } else if (!traits.httpQueryParams) {
      inBody = true;
    }
  }
  for (const [name, member] of schema.structIterator()) {
    if (!member.getMergedTraits().httpQueryParams) continue;
    const rest = [...request.query].filter(([key]) => !queryNames.has(key));
    input[name] = Object.fromEntries(rest);
  }
  if (inBody && request.body.length > 0) Object.assign(input, await body.read(schema, request.body));
  return input;
}

function readHeader(member: NormalizedSchema, text: string, name: string): unknown {
  if (member.isListSchema())
    return text.split(',').map((part) => readSimple(member.getValueSchema(), part.trim(), name));
  return readSimple(member, text, name);
}

function readPrefixHeaders(
  headers: Readonly<Record<string, string>>,
  prefix: string,
): Record<string, string> {
  const found = Object.entries(headers).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The parts of a REST answer: what the schema binds to headers and status, and the members left for the body. */
export interface RestOutput {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** The payload member, when the schema names one. */
  readonly payload?: { readonly schema: NormalizedSchema; readonly value: unknown };
  readonly hasBodyMembers: boolean;
}

/** Splits the output of an operation as its schema binds it to the HTTP answer. */
export function splitRestOutput(
  operation: OperationModel,
  output: Readonly<Record<string, unknown>>,
): RestOutput {
  let status = operation.http?.status ?? 200;
  const headers: Record<string, string> = {};
  let payload: RestOutput['payload'];
  let hasBodyMembers = false;
  if (!operation.output.isStructSchema()) return { status, headers, hasBodyMembers };
  for (const [name, member] of operation.output.structIterator()) {
    const traits = member.getMergedTraits();
    const value = output[name];
    if (traits.httpPayload) payload = { schema: member, value };
    else if (traits.httpResponseCode) status = Number(value ?? status);
    else if (traits.httpHeader) {
      if (value !== undefined) headers[traits.httpHeader] = headerText(value);
    } else if (traits.httpPrefixHeaders !== undefined) {
      for (const [key, text] of Object.entries((value as Record<string, string>) ?? {})) {
        headers[`${traits.httpPrefixHeaders}${key}`] = text;
      }
    } else hasBodyMembers = true;
  }
  return { status, headers, payload, hasBodyMembers };
}

function headerText(value: unknown): string {
  if (value instanceof Date) return value.toUTCString();
  return Array.isArray(value) ? value.join(',') : String(value);
}
