import { CALL_KINDS } from './calls';
import { DECISION_KINDS } from './decisions';
import { DEPLOYMENT_KINDS } from './deployments';
import { EXECUTION_KINDS } from './executions';
import { FUNCTION_KINDS } from './functions';
import { GROUP_KINDS } from './groups';
import { HISTORY_KINDS } from './histories';
import type { Kind } from './kind';
import { MACHINE_KINDS } from './machines';
import { PEOPLE_KINDS } from './people';
import { REQUEST_KINDS } from './requests';

/** All that can be drawn. */
export const KINDS: readonly Kind[] = [
  ...CALL_KINDS,
  ...FUNCTION_KINDS,
  ...MACHINE_KINDS,
  ...EXECUTION_KINDS,
  ...PEOPLE_KINDS,
  ...DECISION_KINDS,
  ...REQUEST_KINDS,
  ...DEPLOYMENT_KINDS,
  ...GROUP_KINDS,
  ...HISTORY_KINDS,
];
