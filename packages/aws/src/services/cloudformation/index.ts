import { setMaxListeners } from 'node:events';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import type { OperationsOf } from '../../core/service';
import type { Engine } from './engine/engine';
import { validationError } from './errors';
import { changeSetOperations } from './operations/change-sets';
import { describeOperations } from './operations/describe';
import type { ReadObject } from './operations/read-definition';
import { stackOperations } from './operations/stacks';
import { templateOperations } from './operations/templates';
import { makeClients, ServiceFailure } from './resources/clients';
import { resourceTypes } from './resources/types';
import { Stacks } from './stacks/stacks';

/** AWS CloudFormation of one region. It makes resources through the other services' own operations. */
export class CloudFormation {
  readonly operations;
  private readonly closing = new AbortController();
  private readonly engine: Engine;

  /** @param readObject reads a template from S3, by default through the S3 service's `GetObject` */
  constructor(context: Context, { readObject: given }: { readonly readObject?: ReadObject } = {}) {
    const aws = makeClients(context);
    setMaxListeners(0, this.closing.signal);
    this.engine = {
      context,
      aws,
      stacks: new Stacks(context),
      types: (name) => (Object.hasOwn(resourceTypes, name) ? resourceTypes[name] : undefined),
      closing: this.closing.signal,
    };
    const readObject = given ?? readThroughS3(aws);
    this.operations = {
      ...stackOperations(this.engine, readObject),
      ...changeSetOperations(this.engine, readObject),
      ...templateOperations(this.engine, readObject),
      ...describeOperations(this.engine),
    } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudformation')>;
  }

  /** Resolves when nothing is in progress on the stack any more. @throws AwsError `ValidationError` when there is none */
  async settled(stackName: string): Promise<void> {
    await this.engine.stacks.get(stackName).settled;
  }

  dispose(): void {
    this.closing.abort(new AwsError('ServiceUnavailable', 'CloudFormation was shut down', 503));
  }
}

function readThroughS3(aws: ReturnType<typeof makeClients>): ReadObject {
  return async (bucket, key) => {
    try {
      const { Body } = await aws.s3.GetObject({ Bucket: bucket, Key: key });
      return await readText(Body);
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      throw validationError(`S3 error: ${error.message}`);
    }
  };
}

/** The body of an object, which in-process may be bytes as well as a stream. */
async function readText(body: unknown): Promise<string> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>)
    chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
}
