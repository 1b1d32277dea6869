import { UserPattern } from 'aws-languages/user-pattern';

/** Longer than a function waits for its share of a busy processor, shorter than anybody waits for an answer. Real milliseconds. */
const PATIENCE_MILLISECONDS = 2000;

/** Whether a value matches the pattern of a parameter. One on which the pattern never comes to an end does not. */
export function matches(pattern: string, value: string): boolean {
  return new UserPattern(pattern, 'u', PATIENCE_MILLISECONDS).test(value);
}
