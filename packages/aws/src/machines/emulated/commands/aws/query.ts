import { JMESPathError, search } from '@aws-lambda-powertools/jmespath';
import { AwsCliError } from './aws-session';

/**
 * What `--query` makes of an answer.
 *
 * @param query JMESPath
 * @throws AwsCliError for a query that is none
 */
export function applyQuery(answer: object, query: string): unknown {
  try {
    return search(query, answer) ?? null;
  } catch (error) {
    if (!(error instanceof JMESPathError)) throw error;
    throw new AwsCliError(252, `Bad value for --query ${query}: ${error.message}`);
  }
}
