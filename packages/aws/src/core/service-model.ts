import { NormalizedSchema } from '@smithy/core/schema';
import type { OperationSchema, SchemaRef, StaticErrorSchema } from '@smithy/types';

/** How an operation is bound to HTTP in the REST protocols. */
export interface HttpBinding {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface OperationModel {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  readonly http?: HttpBinding;
}

/** The wire form of an error code: the query protocols may rename it and give it a status. */
export interface ErrorModel {
  readonly code: string;
  readonly status: number;
  /** The member that holds what is wrong, of two that services write it in. */
  readonly messageMember: 'message' | 'Message';
}

/** What an SDK client knows of its service: operations and how they look on the wire. */
export interface ServiceModel {
  readonly serviceId: string;
  readonly namespace: string;
  readonly version: string;
  /** `ec2Query`, `awsQuery`, `awsJson1_0`, `restXml`, … */
  readonly protocol: string;
  readonly xmlNamespace?: string;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By shape name. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

interface Protocol {
  getShapeId(): string;
}

interface Client {
  readonly config: { readonly serviceId: string; readonly apiVersion: string; readonly protocol: Protocol };
  destroy(): void;
}

interface ProtocolSettings {
  readonly defaultNamespace: string;
  readonly xmlNamespace?: string;
  readonly version: string;
  readonly errorTypeRegistries?: readonly { schemas: Map<string, unknown> }[];
}

const OPERATION = 9;
const ERROR = -3;

/**
 * Reads the schemas that an SDK client module exports (`RunInstances$` and its like) and the protocol of its client.
 *
 * @param module an `@aws-sdk/client-…` module
 */
export function readServiceModel(module: object): ServiceModel {
  const exported = Object.entries(module);
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  for (const [key, value] of exported) {
    if (!key.endsWith('$') || !Array.isArray(value)) continue;
    if (value[0] === OPERATION) {
      const operation = readOperation(value as unknown as OperationSchema & unknown[]);
      operations.set(operation.name, operation);
    } else if (value[0] === ERROR) {
      const schema = value as unknown as StaticErrorSchema;
      const traits = NormalizedSchema.of(schema).getMergedTraits();
      const [code, status] = (traits.awsQueryError as [string, number] | undefined) ?? [
        schema[2],
        traits.httpError,
      ];
      errors.set(schema[2], {
        code: String(code),
        status: Number(traits.httpError ?? status ?? 400),
        messageMember: (schema[4] as readonly string[]).includes('Message') ? 'Message' : 'message',
      });
    }
  }
  const client = makeClient(exported);
  const settings = (client.config as unknown as { protocolSettings: ProtocolSettings }).protocolSettings;
  const model: ServiceModel = {
    serviceId: client.config.serviceId,
    namespace: settings.defaultNamespace,
    version: client.config.apiVersion,
    protocol: client.config.protocol.getShapeId().split('#')[1] ?? '',
    xmlNamespace: settings.xmlNamespace,
    operations,
    errors,
  };
  client.destroy();
  return model;
}

function readOperation(schema: readonly unknown[]): OperationModel {
  const [, , name, traits, input, output] = schema as [number, string, string, unknown, unknown, unknown];
  const http = (traits as { http?: [string, string, number] } | 0) || undefined;
  return {
    name,
    input: resolve(input),
    output: resolve(output),
    http: http?.http && { method: http.http[0], path: http.http[1], status: http.http[2] },
  };
}

function resolve(schema: unknown): NormalizedSchema {
  return NormalizedSchema.of((typeof schema === 'function' ? schema() : schema) as SchemaRef);
}

function makeClient(exported: [string, unknown][]): Client {
  const found = exported.find(([key]) => key.endsWith('Client') && !key.startsWith('__'));
  if (!found) throw new Error('this module exports no client');
  const Constructor = found[1] as new (config: object) => Client;
  return new Constructor({
    region: 'us-east-1',
    credentials: { accessKeyId: 'model', secretAccessKey: 'model' },
  });
}

/** The members of a structure that the API's model marks as required, by name. */
export function requiredMembers(schema: NormalizedSchema): readonly string[] {
  const raw = schema.getSchema();
  if (!Array.isArray(raw) || !schema.isStructSchema()) return [];
  const [, , , , names, , count] = raw as unknown as [
    number,
    string,
    string,
    unknown,
    string[],
    unknown,
    number?,
  ];
  return names.slice(0, count ?? 0);
}
