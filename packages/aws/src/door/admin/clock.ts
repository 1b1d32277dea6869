import { LONGEST_SLEEP_SECONDS } from '../../time';
import { AdminError, type AdminRoute } from './route';

export const sleepOnClock: AdminRoute = {
  path: 'GET clock/sleep',
  does: 'answers after `?seconds=` of AWS time, a day at most',
  async answer(aws, { query, gone }) {
    const [text = '', ...others] = query.getAll('seconds');
    if (others.length > 0)
      throw new AdminError(400, `seconds: given ${others.length + 1} times, expected once`);
    const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(seconds <= LONGEST_SLEEP_SECONDS))
      throw new AdminError(
        400,
        `seconds: expected a number from 0 to ${LONGEST_SLEEP_SECONDS}, not '${text}'`,
      );
    await aws.sleep(seconds, gone).catch((error: Error) => {
      throw new AdminError(409, error.message);
    });
    return { time: aws.clock.now().toISOString() };
  },
};
