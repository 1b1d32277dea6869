import { FaultError, type FaultInput } from '../../core/faults';
import { AdminError, type AdminRoute } from './route';

export const listFaults: AdminRoute = {
  path: 'GET faults',
  does: 'the faults that are still to strike',
  answer: (aws) => aws.faults.list(),
};

export const listStrikes: AdminRoute = {
  path: 'GET faults/strikes',
  does: 'the newest 10,000 times that a fault struck: when, which, whose call',
  answer: (aws) => aws.faults.strikes(),
};

export const addFault: AdminRoute = {
  path: 'POST faults',
  does: 'adds a fault',
  async answer(aws, { body }) {
    try {
      await aws.faults.add(parseJson(body) as FaultInput);
    } catch (error) {
      if (error instanceof FaultError) throw new AdminError(400, error.message);
      throw error;
    }
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
