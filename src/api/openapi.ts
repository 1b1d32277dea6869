import * as z from 'zod';
import { PROBLEMS, type ProblemName } from './answer';
import { Problem } from './answers';
import { ROUTES, type Route } from './routes';

/** What each route may answer. */
const ALWAYS: readonly ProblemName[] = ['InvalidRequest', 'TransientFailure'];

/**
 * The HTTP API as OpenAPI tells it, made of the schemas that requests are checked with.
 *
 * @returns a document of OpenAPI 3.1
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function describeApi(): Record<string, unknown> {
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describeRoute(route, schemas) };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Kiln',
      version: '1',
      description:
        'Golden images on AWS, baked and rolled out. Calls are signed with AWS Signature Version 4.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com',
        description: 'HttpApiUrl of the outputs of the stack',
        variables: { api: { default: 'api' }, region: { default: 'us-east-1' } },
      },
    ],
    security: [{ sigv4: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'AWS Signature Version 4 for the service execute-api',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
    },
  };
}

function describeRoute(route: Route, schemas: Record<string, unknown>) {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
      name,
      in: 'query',
      schema: describe(schema as z.ZodType, schemas, 'input'),
    })),
    ...(route.takesKey
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            description: 'The same key with the same body gives the same build, for 24 hours',
            schema: { type: 'string', minLength: 1, maxLength: 255 },
          },
        ]
      : []),
  ];
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        content: { 'application/json': { schema: describe(route.body, schemas, 'input') } },
      },
    }),
    responses: {
      [route.status]: {
        description: 'It went well',
        ...(route.status === 202 && {
          headers: { Location: { description: 'Where it is', schema: { type: 'string' } } },
        }),
        content: { 'application/json': { schema: describe(route.answer, schemas, 'output') } },
      },
      ...describeProblems([...ALWAYS, ...route.problems], schemas),
    },
  };
}

function describeProblems(names: readonly ProblemName[], schemas: Record<string, unknown>) {
  const statuses = [...new Set(names.map((name) => PROBLEMS[name][0]))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: names
          .filter((name) => PROBLEMS[name][0] === status)
          .map((name) => `${name}: ${PROBLEMS[name][1]}`)
          .join('. '),
        content: { 'application/problem+json': { schema: describe(Problem, schemas, 'output') } },
      },
    ]),
  );
}

/** A schema of zod as JSON Schema; what has a name goes among the schemas of the document. */
function describe(schema: z.ZodType, schemas: Record<string, unknown>, io: 'input' | 'output'): unknown {
  const {
    $schema: _version,
    $defs = {},
    id,
    ...described
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  for (const [name, definition] of Object.entries($defs)) {
    const { id: _id, ...rest } = definition as Record<string, unknown>;
    schemas[name] = relocate(rest);
  }
  if (typeof id !== 'string') return relocate(described);
  schemas[id] = relocate(described);
  return { $ref: `#/components/schemas/${id}` };
}

function relocate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
        : [key, relocate(inner)],
    ),
  );
}
