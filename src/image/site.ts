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
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      // A connection that is kept while the function sleeps may be dead when it wakes, and says nothing of new ones.
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    const page = await readPage(answer);
    if (answer.status !== status) return `${url} answered ${answer.status}, expected ${status}`;
    if (contains && !page.includes(contains))
      return `${url} answered without the text ${JSON.stringify(contains)}`;
    return undefined;
  } catch (error) {
    return `${url} did not answer: ${describe(error)}`;
  }
}

async function readPage(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let page = '';
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    page += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    if (bytes >= LONGEST_PAGE) break;
  }
  return page;
}

/** Fetch says only that it failed; why is in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${ANSWER_WITHIN / 1000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
