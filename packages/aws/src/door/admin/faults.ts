import type { FaultInput } from '../../core/faults/faults';
import { FaultError } from '../../core/faults/read-fault';
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
    const fault = parseJson(body) as FaultInput;
    try {
      await aws.faults.add(fault);
    } catch (error) {
      if (error instanceof FaultError) throw new AdminError(400, error.message);
      throw error;
    }
    return aws.faults.list();
  },
};

export const clearFaults: AdminRoute = {
  path: 'DELETE faults',
  does: 'takes back all faults that are still to strike; what has struck goes on',
  async answer(aws) {
    await aws.faults.clear();
    return [];
  },
};

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    const example = '{ "service": "ec2", "operation": "RunInstances", "kind": "lost" }';
    throw new AdminError(
      400,
      `the body is no JSON (${(error as Error).message}), expected a fault: ${example}`,
    );
  }
}
