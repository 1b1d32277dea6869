import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { parameterRoot } from '../../src/pipeline/reach';
import type { Listed } from '../../src/server/packages/changes';
import type { Place } from './place';

const Bill = z.object({
  components: z.array(z.object({ name: z.string(), version: z.string(), purl: z.string() })),
});

/**
 * Reads bills of materials, with the caller's own credentials (`ssm:GetParameter`, `s3:GetObject`).
 *
 * @param keys of the objects in the artifacts bucket
 * @throws AWS's error, or that of what is no bill
 */
export async function readBills(
  { client, stage }: Pick<Place, 'client' | 'stage'>,
  keys: readonly string[],
): Promise<Listed[][]> {
  const Name = `${parameterRoot(stage)}/artifacts-bucket`;
  const { Parameter } = await new SSMClient(client).send(new GetParameterCommand({ Name }));
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  return Promise.all(
    keys.map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: Parameter?.Value, Key }));
      return Bill.parse(JSON.parse((await Body?.transformToString()) ?? '')).components;
    }),
  );
}
