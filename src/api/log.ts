import * as z from 'zod';
import { getRecord } from '../build/record';
import { InvalidRequest } from '../errors';
import { readLog } from '../image/watch/log';
import { show } from '../pipeline/definition/expected';
import { readBuildId } from './builds';
import { type Call, checkQuery } from './call';

/** What GET /builds/{id}/log answers. */
export const Log = z
  .strictObject({
    build: z.string(),
    at: z.iso.datetime().describe('When EC2 was asked'),
    instanceId: z.string().optional().describe('Missing where no server of the build is there'),
    purpose: z.string().optional().describe('base: it becomes the image; test: it tests the image'),
    text: z.string().describe('Lines; as they are, with whatever control characters are in them'),
    isLive: z.boolean().describe('Whether more may come'),
    gaps: z
      .array(z.string())
      .optional()
      .describe('Where something may be missing between what was read before and this'),
    why: z.string().optional().describe('Why there is nothing, or what this is'),
    next: z.string().optional().describe('To be given as ?after=, so that only what is new is told'),
  })
  .meta({ id: 'Log' });

/** GET /builds/{id}/log?after=…&whole=true */
export async function getLog(call: Call) {
  checkQuery(call, 'after', 'whole');
  const { after, whole } = call.queryStringParameters ?? {};
  const record = await getRecord(readBuildId(call));
  const at = new Date().toISOString();
  return { build: record.id, at, ...(await readLog(record, { after, whole: readFlag(whole) })) };
}

function readFlag(whole: string | undefined): boolean {
  if (whole === undefined || whole === 'false') return false;
  if (whole === 'true') return true;
  const expected = 'expected true or false';
  throw new InvalidRequest(`whole is ${show(whole)}, ${expected}.`, {
    fields: [{ field: 'query.whole', detail: expected }],
  });
}
