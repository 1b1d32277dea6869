import type { Aws, StartOptions } from '../index';
import { startAws } from '../index';

export { until } from './until';

/** An embedded AWS of a test file's own, on a free port, 600 times as fast as the real one. */
export function newAws(options: StartOptions = {}): Promise<Aws> {
  return startAws({ timeScale: 600, ...options });
}
