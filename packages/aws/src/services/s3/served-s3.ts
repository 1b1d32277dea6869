import { CreateBucketCommand, type CreateBucketCommandInput, S3Client } from '@aws-sdk/client-s3';
import { makeContext, type ServiceServer, serve } from '../../testing/service-server';
import { S3 } from '.';

/** S3 over HTTP for the tests of one file, from the first of them to the last. */
export function serveS3() {
  const { context, events } = makeContext();
  const service = new S3({ accountId: context.accountId, clock: context.clock, busOf: () => context.bus });
  let server: ServiceServer;
  let client: S3Client;
  let buckets = 0;
  beforeAll(async () => {
    server = await serve('s3', service);
    client = new S3Client({ ...server.client });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
    context.clock.stop();
  });
  return {
    context,
    events,
    service,
    get server() {
      return server;
    },
    get client() {
      return client;
    },
    /** A new bucket, by its name. */
    async newBucket(more: Partial<CreateBucketCommandInput> = {}): Promise<string> {
      buckets += 1;
      const Bucket = `test-bucket-${buckets}`;
      await client.send(new CreateBucketCommand({ Bucket, ...more }));
      return Bucket;
    },
  };
}
