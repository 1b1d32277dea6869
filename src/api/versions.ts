import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { InvalidRequest } from '../errors';
import { pushVersion, removePushed } from '../pipeline/pushed/push';
import type { PipelineFiles } from '../pipeline/pushed/store';
import { Reason } from './builds';
import { type Call, callerOf, checkQuery, readBody } from './call';

/** What a push has in its body. */
export const PushBody = z.strictObject({
  files: z
    .base64()
    .describe(
      'A JSON object with the text of each file by its path in the folder of the pipeline, compressed by gzip, in base64',
    ),
  trial: z.boolean().default(false).describe('That it is only said what would change'),
  reason: Reason.optional(),
});

/** What a request to take back what was pushed may have. */
export const RemoveBody = z.strictObject({ reason: Reason.optional() });

/** POST /pipelines/{pipeline}/versions and POST /pipelines/{pipeline}/remove */
export async function pushPipeline(call: Call) {
  return call.routeKey.endsWith('/remove') ? remove(call) : push(call);
}

async function push(call: Call) {
  checkQuery(call);
  const { files, trial, reason } = readBody(call, PushBody, '{"files": "H4sI…", "reason": "why"}');
  const name = call.pathParameters?.pipeline ?? '';
  return pushVersion(name, readFiles(files), { by: callerOf(call), reason }, trial);
}

async function remove(call: Call) {
  checkQuery(call);
  const { reason } = readBody(call, RemoveBody, '{"reason": "why"}');
  const pipeline = call.pathParameters?.pipeline ?? '';
  return { pipeline, ...(await removePushed(pipeline, { by: callerOf(call), reason })) };
}

const Files = z.record(
  z.string().regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$))[\w./-]{1,255}$/, {
    error: 'expected the path of a file in the folder',
  }),
  z.string(),
);

/** What would take more is no text that anybody has written. Bytes. */
const MOST_BYTES = 2_000_000;

function readFiles(text: string): PipelineFiles {
  let json: unknown;
  try {
    json = JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_BYTES }).toString());
  } catch (error) {
    refuse('a JSON object that is compressed by gzip', error);
  }
  const files = Files.safeParse(json);
  if (files.success) return files.data;
  refuse(`a text by the path of each file: ${z.prettifyError(files.error).slice(0, 500)}`, files.error);
}

function refuse(expected: string, cause: unknown): never {
  const detail = `expected ${expected}`;
  throw new InvalidRequest(`files is not valid, ${detail}.`, {
    cause,
    fields: [{ field: 'body.files', detail }],
  });
}
