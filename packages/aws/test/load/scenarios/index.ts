import * as application from './application';
import * as compute from './compute';
import type { Scenario } from './scenario';
import * as storage from './storage';

/** All that clients do, by name. */
export const scenarios: readonly (readonly [name: string, scenario: Scenario])[] = Object.entries({
  ...compute,
  ...storage,
  ...application,
});
