import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { BlobPayloadInputTypes } from '@smithy/types';
import { unreadableContent } from '../errors';
import { versionOf } from '../functions';
import type { InvokeRequest } from '../invocation/invoke';
import type { Op } from '../state';

export const Invoke: Op<'Invoke'> = async (lambda, input, call) => {
  const request: InvokeRequest = {
    functionName: input.FunctionName ?? '',
    qualifier: input.Qualifier,
    payload: readBlob(input.Payload),
    traceId: call.traceId,
    clientContext: readClientContext(input.ClientContext),
    requestId: call.requestId,
  };
  const { fn, qualifier } = lambda.functions.find(request.functionName, request.qualifier);
  versionOf(fn, qualifier);
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
  if (input.InvocationType === 'Event') {
    lambda.asyncInvoker.accept(request);
    return { StatusCode: 202 };
  }
  const result = await lambda.invoker.invoke(request);
  return {
    StatusCode: 200,
    ExecutedVersion: result.executedVersion,
    FunctionError: result.functionError,
    LogResult: input.LogType === 'Tail' ? Buffer.from(result.logTail).toString('base64') : undefined,
    Payload: toBlob(result.payload),
  };
};

/** The wire gives bytes; other services may give text. */
function readBlob(blob: BlobPayloadInputTypes | undefined): string | undefined {
  if (blob === undefined || typeof blob === 'string') return blob;
  return Buffer.from(blob as Uint8Array).toString();
}

/** The SDK reads bytes with methods of its own around them, which the wire does not need. */
function toBlob(text: string): InvokeCommandOutput['Payload'] {
  return Buffer.from(text) as unknown as InvokeCommandOutput['Payload'];
}

/**
 * What a mobile client says of itself: JSON in Base64.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
 */
function readClientContext(encoded: string | undefined): unknown {
  if (encoded === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unreadableContent('Client context must be a valid Base64-encoded JSON object.');
}
