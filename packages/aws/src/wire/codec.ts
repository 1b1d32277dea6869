import { XmlShapeDeserializer, XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { CborCodec } from '@smithy/core/cbor';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../core/aws-error';
import type { WireRequest, WireResponse } from '../core/service';
import type { OperationModel, ServiceModel } from '../core/service-model';
import { convertJsonScalars } from './json/scalars';
import { JsonReader, JsonWriter } from './json/shapes';
import { checkJsonTypes } from './json/types';
import { decodeQueryInput } from './query-input';
import { decodeRestInput, type RestMatch, splitRestOutput } from './rest';

/** Smithy's numbers of the timestamp formats. */
const DATE_TIME = 5;
const EPOCH_SECONDS = 7;

/** How one request speaks to its service: decodes the input, encodes the answer or the error. */
export interface Codec {
  decode(operation: OperationModel, request: WireRequest): Promise<unknown>;
  encode(operation: OperationModel, output: Record<string, unknown>, requestId: string): WireResponse;
  encodeError(error: AwsError, requestId: string): WireResponse;
}

/** The query protocols: form fields in, XML out. */
export function queryCodec(model: ServiceModel): Codec {
  const ec2 = model.protocol === 'ec2Query';
  return {
    async decode(operation, request) {
      const form = new URLSearchParams(request.body.toString());
      for (const [key, value] of request.query) form.append(key, value);
      return decodeQueryInput(operation.input, form, { ec2 });
    },
    encode(operation, output, requestId) {
      const members = operation.output.isStructSchema() ? xmlMembers(model, operation.output, output) : '';
      const body = ec2
        ? `<requestId>${requestId}</requestId>${operation.output.isStructSchema() ? members : '<return>true</return>'}`
        : `<${operation.name}Result>${members}</${operation.name}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      return xmlResponse(
        200,
        `<${operation.name}Response xmlns="${model.xmlNamespace}">${body}</${operation.name}Response>`,
        requestId,
      );
    },
    encodeError(error, requestId) {
      if (!ec2) return encodeQueryError(error, requestId, model.xmlNamespace);
      const body = `<Response><Errors><Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;
      return xmlResponse(error.status, body, requestId);
    },
  };
}

/** An error as the query protocol tells it, EC2's dialect apart. */
export function encodeQueryError(error: AwsError, requestId: string, xmlNamespace?: string): WireResponse {
  const xmlns = xmlNamespace === undefined ? '' : ` xmlns="${xmlNamespace}"`;
  const body = `<ErrorResponse${xmlns}><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return xmlResponse(error.status, body, requestId);
}

/** The JSON RPC protocols: `X-Amz-Target` names the operation. */
export function jsonCodec(model: ServiceModel): Codec {
  const contentType =
    model.protocol === 'awsJson1_0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  return {
    decode: async (operation, request) => {
      if (request.body.length === 0) throw notValid(new SyntaxError('it is empty'));
      return readJson(operation.input, request.body, false);
    },
    encode: (operation, output, requestId) =>
      jsonResponse(200, writeJson(operation.output, output, false), contentType, requestId),
    encodeError: (error, requestId) =>
      encodeJsonError(error, contentType, requestId, {
        prefix: model.protocol === 'awsJson1_0' ? `${model.namespace}#` : '',
        member: messageMember(model, error),
      }),
  };
}

/** REST with JSON bodies. */
export function restJsonCodec(model: ServiceModel, match: RestMatch | undefined): Codec {
  return {
    decode: (_operation, request) => {
      if (!match) throw new AwsError('UnknownOperationException', 'Unknown operation', 404);
      return decodeRestInput(match, request, { read: (schema, body) => readJson(schema, body, true) });
    },
    encode(operation, output, requestId) {
      const rest = splitRestOutput(operation, output);
      if (rest.payload?.schema.isBlobSchema() || rest.payload?.schema.isStringSchema()) {
        return {
          status: rest.status,
          headers: {
            // What a function answers is JSON.
            ...(rest.payload.value !== undefined && { 'content-type': 'application/json' }),
            ...rest.headers,
            ...requestIds(requestId),
          },
          body: toBuffer(rest.payload.value),
        };
      }
      const body = rest.payload
        ? writeJson(rest.payload.schema, rest.payload.value ?? {}, true)
        : rest.status === 204
          ? ''
          : writeJson(operation.output, bodyMembers(operation, output), true);
      const answer = jsonResponse(rest.status, body, 'application/json', requestId);
      return { ...answer, headers: { ...answer.headers, ...rest.headers } };
    },
    encodeError: (error, requestId) =>
      encodeJsonError(error, 'application/json', requestId, { member: messageMember(model, error) }),
  };
}

/** REST with XML bodies: S3. */
export function restXmlCodec(model: ServiceModel, match: RestMatch | undefined): Codec {
  return {
    decode: (_operation, request) => {
      if (!match)
        throw new AwsError(
          'MethodNotAllowed',
          'The specified method is not allowed against this resource.',
          405,
        );
      return decodeRestInput(match, request, { read: (schema, body) => readXml(schema, body) });
    },
    encode(operation, output, requestId) {
      const rest = splitRestOutput(operation, output);
      const headers = { ...rest.headers, 'x-amz-request-id': requestId, 'x-amz-id-2': requestId };
      if (rest.payload?.schema.isBlobSchema() || rest.payload?.schema.isStringSchema()) {
        return { status: rest.status, headers, body: toBuffer(rest.payload.value) };
      }
      const schema = rest.payload?.schema ?? operation.output;
      const value = rest.payload ? rest.payload.value : bodyMembers(operation, output);
      if (!rest.payload && !rest.hasBodyMembers) return { status: rest.status, headers, body: '' };
      if (value === undefined) return { status: rest.status, headers, body: '' };
      const root = schema.getMergedTraits().xmlName ?? schema.getName();
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${model.xmlNamespace}">${xmlMembers(model, schema, value as Record<string, unknown>)}</${root}>`;
      return {
        status: rest.status,
        headers: { 'content-type': 'application/xml', ...headers },
        body: writableInXml(body),
      };
    },
    encodeError(error, requestId) {
      const more = Object.entries(error.details).map(
        ([key, value]) => `<${key}>${escapeXml(String(value))}</${key}>`,
      );
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${more.join('')}<RequestId>${requestId}</RequestId><HostId>${requestId}</HostId></Error>`;
      return {
        status: error.status,
        headers: {
          'content-type': 'application/xml',
          'x-amz-request-id': requestId,
          'x-amz-id-2': requestId,
          ...error.headers,
        },
        body: writableInXml(body),
      };
    },
  };
}

/** Smithy RPC v2 with CBOR bodies, which newer SDKs use for CloudWatch and others. */
export function cborCodec(model: ServiceModel): Codec {
  const codec = new CborCodec();
  return {
    async decode(operation, request) {
      if (request.body.length === 0) return {};
      try {
        return await codec.createDeserializer().read(operation.input, request.body);
      } catch (error) {
        throw notValid(error);
      }
    },
    encode(operation, output, requestId) {
      const serializer = codec.createSerializer();
      serializer.write(operation.output, output);
      return { status: 200, headers: cborHeaders(requestId), body: toBuffer(serializer.flush()) };
    },
    encodeError: (error, requestId) => encodeCborError(error, requestId, `${model.namespace}#`),
  };
}

/** An error as RPC v2 tells it. @param prefix before the code: the namespace of its shape */
export function encodeCborError(error: AwsError, requestId: string, prefix: string): WireResponse {
  const serializer = new CborCodec().createSerializer();
  serializer.write(DOCUMENT, { __type: `${prefix}${error.code}`, message: error.message });
  return { status: error.status, headers: cborHeaders(requestId), body: toBuffer(serializer.flush()) };
}

function cborHeaders(requestId: string): Record<string, string> {
  return {
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
    ...requestIds(requestId),
  };
}

/** Smithy's number of the document schema: any JSON-like value. */
const DOCUMENT = 15;

function bodyMembers(operation: OperationModel, output: Record<string, unknown>): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  if (!operation.output.isStructSchema()) return members;
  for (const [name, member] of operation.output.structIterator()) {
    const { httpHeader, httpResponseCode, httpPrefixHeaders } = member.getMergedTraits();
    if (!httpHeader && !httpResponseCode && httpPrefixHeaders === undefined && output[name] !== undefined) {
      members[name] = output[name];
    }
  }
  return members;
}

/** Reads a JSON body. @throws AwsError `SerializationException` for one that is none, or whose types are not the schema's */
export async function readJson(schema: NormalizedSchema, body: Buffer, jsonName: boolean): Promise<unknown> {
  if (body.length === 0) return {};
  const deserializer = jsonReader(jsonName);
  try {
    const text = body.toString();
    const parsed: unknown = JSON.parse(text);
    if (schema.isStructSchema() && (typeof parsed !== 'object' || parsed === null))
      throw new SyntaxError('it must be a JSON object');
    checkJsonTypes(schema, parsed, jsonName);
    const converted = jsonName ? convertJsonScalars(schema, parsed) : parsed;
    const read = converted === parsed ? text : JSON.stringify(converted);
    return schema.isUnitSchema() ? {} : await deserializer.read(schema, read);
  } catch (error) {
    throw error instanceof AwsError ? error : notValid(error);
  }
}

/** What stands in JSON as a service's own engine has it, in the SDK's form. */
export function readOwnJson(schema: NormalizedSchema, value: object): unknown {
  return jsonReader(false).readObject(schema, value as never);
}

function jsonReader(jsonName: boolean): JsonReader {
  const reader = new JsonReader({
    jsonName,
    timestampFormat: { useTrait: true, default: EPOCH_SECONDS },
  });
  reader.setSerdeContext(serdeContext);
  return reader;
}

function notValid(error: unknown): AwsError {
  return new AwsError('SerializationException', `the request body is not valid: ${(error as Error).message}`);
}

export function writeJson(schema: NormalizedSchema, value: unknown, jsonName: boolean): string {
  if (schema.isUnitSchema()) return '{}';
  const serializer = new JsonWriter({
    jsonName,
    timestampFormat: { useTrait: true, default: EPOCH_SECONDS },
  });
  serializer.setSerdeContext(serdeContext);
  serializer.write(schema, value);
  return String(serializer.flush());
}

async function readXml(schema: NormalizedSchema, body: Buffer): Promise<unknown> {
  const deserializer = new XmlShapeDeserializer({
    timestampFormat: { useTrait: true, default: DATE_TIME },
    xmlNamespace: '',
    serviceNamespace: '',
  });
  deserializer.setSerdeContext(serdeContext);
  try {
    return await deserializer.read(schema, body.toString());
  } catch (error) {
    throw new AwsError(
      'MalformedXML',
      `The XML you provided was not well-formed: ${(error as Error).message}`,
    );
  }
}

/** The members of a structure as XML, without the element around them. */
function xmlMembers(model: ServiceModel, schema: NormalizedSchema, value: Record<string, unknown>): string {
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: DATE_TIME },
    xmlNamespace: model.xmlNamespace ?? '',
    serviceNamespace: model.namespace,
  });
  serializer.setSerdeContext(serdeContext);
  serializer.write(schema, value);
  const xml = String(serializer.flush());
  const open = xml.indexOf('>');
  return xml[open - 1] === '/' ? '' : xml.slice(open + 1, xml.lastIndexOf('</'));
}

/** The SDK's serializers ask their client for these. */
const serdeContext = {
  base64Decoder: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
  base64Encoder: (bytes: Uint8Array | string) => Buffer.from(bytes as Uint8Array).toString('base64'),
  utf8Decoder: (text: string) => new Uint8Array(Buffer.from(text)),
  utf8Encoder: (bytes: Uint8Array | string) =>
    typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString(),
} as never;

function toBuffer(value: unknown): Buffer {
  if (value === undefined || value === null) return Buffer.alloc(0);
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(value as Uint8Array);
}

function requestIds(requestId: string): Record<string, string> {
  return { 'x-amzn-requestid': requestId };
}

function xmlResponse(status: number, body: string, requestId: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', ...requestIds(requestId) },
    body: writableInXml(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`),
  };
}

function jsonResponse(status: number, body: string, contentType: string, requestId: string): WireResponse {
  return { status, headers: { 'content-type': contentType, ...requestIds(requestId) }, body };
}

/** The member of an error's shape that holds its message. */
function messageMember({ errors }: ServiceModel, { code }: AwsError): string {
  return errors.get(code)?.messageMember ?? 'message';
}

/**
 * An error as the JSON protocols tell it.
 *
 * @param options `prefix` before the code: the namespace of its shape; `member`: the one that holds the message
 */
export function encodeJsonError(
  error: AwsError,
  contentType: string,
  requestId: string,
  { prefix = '', member = 'message' }: { readonly prefix?: string; readonly member?: string } = {},
): WireResponse {
  const body = JSON.stringify({
    __type: `${prefix}${error.code}`,
    ...(error.message !== '' && { [member]: error.message }),
    ...error.details,
  });
  const answer = jsonResponse(error.status, body, contentType, requestId);
  return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': error.code } };
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Text without what XML 1.0 has no way of writing (https://www.w3.org/TR/xml/#charsets): no client could read the answer. */
function writableInXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{Cc}/gu, (char) => (char < ' ' && !'\t\n\r'.includes(char) ? '\ufffd' : char))
    .replace(/[\ufffe\uffff]/g, '\ufffd');
}
