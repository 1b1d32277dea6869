import { CreateBucketCommand, type CreateBucketCommandInput, S3Client } from '@aws-sdk/client-s3';
import { makeRealm, type ServiceServer, serve } from '../../testing/service-server';
import { S3 } from '.';

/** S3 over HTTP for the tests of one file, from the first of them to the last. */
export function serveS3() {
  const { realm, events } = makeRealm();
  const service = new S3({ accountId: realm.accountId, clock: realm.clock, busOf: () => realm.bus });
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
    realm.clock.stop();
  });
  return {
    realm,
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
