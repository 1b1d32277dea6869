import { z } from 'zod';
import type { WireRequest, WireResponse } from '../core/service';
import type { House } from './front-door';

const FaultInput = z.strictObject({
  service: z.string(),
  operation: z.string(),
  kind: z.enum(['error', 'lateFailure']).default('error'),
  code: z.string().optional(),
  message: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  times: z.number().int().min(1).default(1),
});

/**
 * Answers `/_local/…`, which AWS has nothing like: a look behind the scenes and the switches of the embedded AWS.
 * The paths are listed in docs/embedded-aws.md.
 */
export async function answerAdmin(request: WireRequest, house: House): Promise<WireResponse> {
  const account = house.account();
  const path = request.path.replace(/^\/_local\/?/, '');
  switch (`${request.method} ${path}`) {
    case 'GET ':
      return json(200, {
        accountId: account.accountId,
        endpoint: account.endpoint,
        timeScale: account.clock.scale,
        time: account.clock.now().toISOString(),
        regions: account.regionNames(),
      });
    case 'POST reset':
      await house.reset();
      return json(200, { reset: true });
    case 'GET calls':
      return json(200, house.calls.list());
    case 'GET ledger':
      return json(200, account.ledger.list());
    case 'GET load-balancers':
      return json(200, account.loadBalancerPorts());
    case 'GET executions':
      return json(200, account.executionTransitions());
    case 'GET faults':
      return json(200, account.faults.list());
    case 'DELETE faults':
      account.faults.clear();
      return json(200, []);
    case 'POST faults': {
      const parsed = FaultInput.safeParse(parseJson(request.body));
      if (!parsed.success) return json(400, { message: z.prettifyError(parsed.error) });
      account.faults.add(parsed.data);
      return json(200, account.faults.list());
    }
  }
  const schedule = /^schedules\/([^/]+)\/([^/]+)\/([^/]+)\/run$/.exec(path);
  if (request.method === 'POST' && schedule) {
    const [, region = '', group = '', name = ''] = schedule.map(decodeURIComponent);
    const ran = await account.runSchedule(region, group, name);
    return ran
      ? json(200, { ran: name })
      : json(404, { message: `there is no schedule ${group}/${name} in ${region}` });
  }
  return json(404, { message: `the embedded AWS has no ${request.method} ${request.path}` });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function json(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
