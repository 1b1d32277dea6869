import type { Call, Spoken, WireRequest } from '../core/service';
import type { OperationModel, ServiceModel } from '../core/service-model';
import type { ApiModel } from './api-model';
import { type Codec, cborCodec, jsonCodec, queryCodec, restJsonCodec, restXmlCodec } from './codec';
import { inflate } from './inflate';

/** Understands a request to a service by the schemas of its SDK client. */
export function speak(api: ApiModel, sent: WireRequest, call: Call): Spoken {
  const request = isRest(api.model) ? sent : inflate(sent);
  const { codec, name, operation } = read(api, request);
  return {
    operation: name,
    decode: async () => (operation ? ((await codec.decode(operation, request)) as object) : {}),
    encode: (output) => {
      if (!operation) throw new Error(`there is no operation '${name}' to answer`);
      return codec.encode(operation, output, call.requestId);
    },
    encodeError: (error) => codec.encodeError(error, call.requestId),
  };
}

function read(
  { model, router }: ApiModel,
  request: WireRequest,
): { codec: Codec; name: string; operation?: OperationModel } {
  const named = (codec: Codec, name: string) => ({ codec, name, operation: model.operations.get(name) });
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor')
    return named(cborCodec(model), request.path.split('/').pop() ?? '');
  const target = request.headers['x-amz-target'];
  if (target) return named(jsonCodec(model), target.split('.').pop() ?? '');
  if (isRest(model)) {
    const match = router(request.method, request.path, request.query);
    const codec = model.protocol === 'restXml' ? restXmlCodec(model, match) : restJsonCodec(model, match);
    return { codec, name: match?.operation.name ?? '', operation: match?.operation };
  }
  const form = request.method === 'GET' ? request.query : new URLSearchParams(request.body.toString());
  return named(queryCodec(model), form.get('Action') ?? request.query.get('Action') ?? '');
}

/** The codec for the error of a request that could not be understood. */
export function errorCodec(api: ApiModel, request: WireRequest): Codec {
  return read(api, request).codec;
}

/** The protocol that a request is made in: a service may speak several, and answer each in its own code. */
export function protocolOf(model: ServiceModel, { headers }: WireRequest): string {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'rpcV2Cbor';
  if (isRest(model) || headers['x-amz-target']) return model.protocol;
  return model.protocol === 'ec2Query' ? model.protocol : 'awsQuery';
}

/** Whether the service has one of the REST protocols. */
export function isRest(model: ServiceModel): boolean {
  return model.protocol === 'restJson1' || model.protocol === 'restXml';
}
