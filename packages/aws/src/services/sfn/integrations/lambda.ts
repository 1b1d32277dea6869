import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import type { Call } from '../../../core/service';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { sdkMetadata } from './optimized';

/**
 * `lambda:invoke`: the whole answer of Lambda.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 *
 * @throws StatesError the function's error by its name; `Lambda.…` for what Lambda refuses
 */
export async function invokeLambda(context: Context, call: Call, parameters: Json): Promise<Json> {
  const input = parameters as {
    readonly FunctionName?: string;
    readonly Payload?: Json;
    readonly Qualifier?: string;
    readonly InvocationType?: 'Event' | 'RequestResponse' | 'DryRun';
    readonly ClientContext?: string;
  };
  if (typeof input !== 'object' || input === null || typeof input.FunctionName !== 'string')
    throw new StatesError('States.Runtime', "The Parameters of lambda:invoke need a 'FunctionName'");
  const { FunctionName, Payload, ...rest } = input;
  const { output, payload } = await invokeFunction(context, call, { FunctionName, ...rest }, Payload ?? {});
  const { StatusCode = 200, ExecutedVersion } = output;
  return {
    ...(ExecutedVersion !== undefined && { ExecutedVersion, Payload: payload }),
    ...sdkMetadata(call.requestId, StatusCode, { 'X-Amz-Executed-Version': ExecutedVersion ?? '$LATEST' }),
    StatusCode,
  };
}

/**
 * Invokes a function with JSON.
 * @throws StatesError as `invokeLambda`
 */
export async function invokeFunction(
  context: Context,
  call: Call,
  input: Omit<InvokeCommandInput, 'Payload'>,
  payload: Json,
): Promise<{ readonly output: InvokeCommandOutput; readonly payload: Json }> {
  const output = await invoke(context, call, { ...input, Payload: Buffer.from(JSON.stringify(payload)) });
  const text = Buffer.from(output.Payload ?? []).toString();
  if (output.FunctionError) throw new StatesError(errorTypeOf(text), text);
  return { output, payload: text === '' ? null : JSON.parse(text) };
}

async function invoke(context: Context, call: Call, input: InvokeCommandInput): Promise<InvokeCommandOutput> {
  try {
    return (await context.invoke(call, 'lambda', 'Invoke', input)) as InvokeCommandOutput;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, message, status } = error;
    throw new StatesError(
      `Lambda.${code}`,
      `${message} (Service: Lambda, Status Code: ${status}, Request ID: ${call.requestId})`,
    );
  }
}

function errorTypeOf(payload: string): string {
  const { errorType } = JSON.parse(payload) as { errorType?: string };
  return errorType || 'Lambda.Unknown';
}
