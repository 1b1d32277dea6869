import type { FunctionCode, UpdateFunctionCodeCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import { invalidParameter } from '../errors';
import type { Code } from '../functions';
import type { LambdaState } from '../state';

type Source = Pick<
  FunctionCode & UpdateFunctionCodeCommandInput,
  'ZipFile' | 'S3Bucket' | 'S3Key' | 'S3ObjectVersion'
>;

/**
 * A deployment package, as it came or as it lies in a bucket that the caller may read.
 * @throws AwsError InvalidParameterValueException
 */
export async function readCode(lambda: LambdaState, source: Source, call: Call): Promise<Code> {
  if (source.ZipFile) return lambda.codeFolder.unpack(source.ZipFile);
  if (!source.S3Bucket || !source.S3Key) throw invalidParameter('Please provide a source for function code.');
  return lambda.codeFolder.unpack(await readObject(lambda, source, call));
}

async function readObject({ context }: LambdaState, source: Source, call: Call): Promise<Uint8Array> {
  try {
    const output = await context.invoke(forwarded(call, 'lambda.amazonaws.com'), 's3', 'GetObject', {
      Bucket: source.S3Bucket,
      Key: source.S3Key,
      VersionId: source.S3ObjectVersion,
    });
    const { Body } = output as { Body?: ConstructorParameters<typeof Response>[0] };
    return new Uint8Array(await new Response(Body).arrayBuffer());
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
    );
  }
}
