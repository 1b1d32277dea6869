import { z } from 'zod';
import { AdminError, type AdminRoute } from './route';

const FaultInput = z.strictObject({
  service: z.string(),
  operation: z.string(),
  kind: z.enum(['error', 'lateFailure']).default('error'),
  code: z.string().optional(),
  message: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  times: z.number().int().min(1).default(1),
});

export const listFaults: AdminRoute = {
  path: 'GET faults',
  does: 'the faults that are still to strike',
  answer: (aws) => aws.faults.list(),
};

export const addFault: AdminRoute = {
  path: 'POST faults',
  does: 'adds a fault',
  async answer(aws, { body }) {
    const parsed = FaultInput.safeParse(parseJson(body));
    if (!parsed.success) throw new AdminError(400, z.prettifyError(parsed.error));
    await aws.faults.add(parsed.data);
    return aws.faults.list();
  },
};

export const clearFaults: AdminRoute = {
  path: 'DELETE faults',
  does: 'takes all faults back',
  async answer(aws) {
    await aws.faults.clear();
    return [];
  },
};

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
