import { type IncomingMessage, request } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { cidrContains } from 'aws-languages/cidr';
import * as z from 'zod';
import type { Healthy } from '../build/state';
import { env } from '../env';

/** Addresses that are never a server's: this host, link-local (the metadata of instances and functions), multicast, reserved. */
const NEVER = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'];

/** An IPv4 address of a server in the networks that this deployment probes, in dotted form. Names and IPv6 are none. */
export const ServerAddress = z.string().refine(isServerAddress, {
  error: ({ input }) =>
    `expected the private address of a server (in ${env('KILN_PROBE_NETWORKS')}), got ${JSON.stringify(input)}`,
});

function isServerAddress(address: string): boolean {
  const networks = env('KILN_PROBE_NETWORKS').split(',');
  const isIn = (blocks: readonly string[]) => blocks.some((block) => cidrContains(block, address));
  return isIn(networks) && !isIn(NEVER);
}

/** How long one answer may take, in milliseconds. */
const ANSWER_WITHIN = 3_000;

/** So much of a page is read, in bytes: a site that never ends, or that unpacks to gigabytes, ends here. */
const LONGEST_PAGE = 8 * 1024 * 1024;

/**
 * Asks a site once. Follows no redirect: it would lead to another host. Makes no AWS call: it runs inside the VPC, with no way out.
 *
 * @param privateIp a ServerAddress
 * @returns what is not as expected, in words; undefined when all is
 */
export async function findSiteProblem(
  privateIp: string,
  port: number,
  { path, status, contains }: Pick<z.infer<typeof Healthy>, 'path' | 'status' | 'contains'>,
): Promise<string | undefined> {
  const url = `http://${privateIp}:${port}${path}`;
  if (new URL(url).hostname !== privateIp) throw new Error(`${url} leads to another host than ${privateIp}.`);
  const signal = AbortSignal.timeout(ANSWER_WITHIN);
  try {
    const answer = await openPage(url, signal);
    if (answer.statusCode !== status) {
      answer.destroy();
      return `${url} answered ${answer.statusCode}, expected ${status}`;
    }
    if (await findText(unpack(answer), contains)) return undefined;
    return `${url} answered without the text ${JSON.stringify(contains)}`;
  } catch (error) {
    const why = signal.aborted ? `no answer in ${ANSWER_WITHIN / 1000} s` : (error as Error).message;
    return `${url} did not answer: ${why}`;
  }
}

/** Not by fetch, which refuses the ports of other protocols (6000, 10080 and some eighty more): a site may well stand there. */
async function openPage(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: '*/*', 'accept-encoding': 'gzip, deflate', 'user-agent': 'kiln' };
    // A connection that is kept while the function sleeps may be dead when it wakes, and says nothing of new ones.
    request(url, { agent: false, signal, headers }).once('response', resolve).on('error', reject).end();
  });
}

/** A site that has only packed pages sends them whatever it is asked for. */
function unpack(answer: IncomingMessage): Readable {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === 'br') return pipeline(answer, createBrotliDecompress(), () => {});
  if (['gzip', 'x-gzip', 'deflate'].includes(encoding)) return pipeline(answer, createUnzip(), () => {});
  return answer;
}

/**
 * Reads a page until it has a text, or to its end or limit where there is none. Keeps no more of it than may be the text's beginning:
 * many are read side by side.
 *
 * @returns whether it has the text; true if it needs none
 */
export async function findText(page: AsyncIterable<Buffer>, text = ''): Promise<boolean> {
  const decoder = new TextDecoder();
  let kept = '';
  let bytes = 0;
  for await (const chunk of page) {
    if (text) {
      const read = kept + decoder.decode(chunk, { stream: true });
      if (read.includes(text)) return true;
      kept = read.slice(Math.max(0, read.length - text.length + 1));
    }
    bytes += chunk.length;
    if (bytes >= LONGEST_PAGE) break;
  }
  return text === '';
}
