import { join } from 'node:path';
import { env } from '../env';

/** Where the pipelines are in the package of a function. Lambda says where it unpacked that. */
export function pipelinesFolder(): string {
  return join(env('LAMBDA_TASK_ROOT'), 'pipelines');
}
