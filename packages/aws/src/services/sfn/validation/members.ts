import type { QueryLanguage, State } from '../language/definition';

const BASE = ['Type', 'Comment', 'QueryLanguage'];
const PASSING = [...BASE, 'InputPath', 'OutputPath', 'Output'];
const NEXT = ['Next', 'End', 'Assign'];
const RESULT = ['Parameters', 'ResultPath', 'ResultSelector'];
const ERRORS = ['Retry', 'Catch'];

/** Members that a state of each type may have, in either language. https://states-language.net/spec.html#state-type-table */
export const MEMBERS: Readonly<Record<State['Type'], readonly string[]>> = {
  Task: [
    ...[...PASSING, ...NEXT, ...RESULT, ...ERRORS, 'Arguments', 'Resource', 'Credentials'],
    ...['TimeoutSeconds', 'TimeoutSecondsPath', 'HeartbeatSeconds', 'HeartbeatSecondsPath'],
  ],
  Parallel: [...PASSING, ...NEXT, ...RESULT, ...ERRORS, 'Arguments', 'Branches'],
  Map: [
    ...[...PASSING, ...NEXT, ...RESULT, ...ERRORS, 'ItemProcessor', 'Iterator'],
    ...['Items', 'ItemsPath', 'ItemSelector', 'MaxConcurrency', 'MaxConcurrencyPath', 'Label'],
  ],
  Pass: [...PASSING, ...NEXT, 'Parameters', 'ResultPath', 'Result'],
  Wait: [...PASSING, ...NEXT, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Choice: [...PASSING, 'Assign', 'Choices', 'Default'],
  Succeed: PASSING,
  Fail: [...BASE, 'Error', 'ErrorPath', 'Cause', 'CausePath'],
};

/**
 * The members that there are in one query language only.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const LANGUAGE_OF: Readonly<Record<string, QueryLanguage | undefined>> = {
  ...Object.fromEntries(
    [
      ...['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'ResultSelector', 'Result', 'ItemsPath'],
      ...['TimeoutSecondsPath', 'HeartbeatSecondsPath', 'SecondsPath', 'TimestampPath'],
      ...['MaxConcurrencyPath', 'ErrorPath', 'CausePath', 'Variable'],
    ].map((member) => [member, 'JSONPath' as const]),
  ),
  ...Object.fromEntries(
    ['Arguments', 'Output', 'Items', 'Condition'].map((member) => [member, 'JSONata' as const]),
  ),
};
