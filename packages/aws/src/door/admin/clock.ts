import { AdminError, type AdminRoute } from './route';

/** Longer sleeps would outlive any client's patience. AWS seconds. */
const LONGEST_SLEEP = 86_400;

export const sleepOnClock: AdminRoute = {
  path: 'GET clock/sleep',
  does: 'answers after `?seconds=` of AWS time',
  async answer(aws, { query, gone }) {
    const text = query.get('seconds') ?? '';
    const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(seconds <= LONGEST_SLEEP))
      throw new AdminError(400, `seconds: expected a number from 0 to ${LONGEST_SLEEP}, not '${text}'`);
    await aws.sleep(seconds, gone).catch((error: Error) => {
      throw new AdminError(409, error.message);
    });
    return { time: aws.clock.now().toISOString() };
  },
};
