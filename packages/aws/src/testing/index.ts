import type { Aws, StartOptions } from '../index';
import { startAws } from '../index';
import { leapUnless } from './leap-unless';
import { waitOn } from './until';

export { until } from './until';

/** An embedded AWS of a test file's own, on a free port; its time leaps while `until` waits, unless the options say otherwise. */
export async function newAws(options: StartOptions = {}): Promise<Aws> {
  const aws = await startAws(leapUnless(options));
  waitOn(aws.clock);
  return aws;
}
