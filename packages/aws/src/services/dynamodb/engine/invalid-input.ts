import { AwsError } from '../../../core/aws-error';

/** What DynamoDB says before it looks at a table. */
export class InvalidInput extends AwsError {}

/** Sentences that writes begin with a count of errors, as a breach of the API's model does. */
const COUNTED =
  /^(Value provided in ExpressionAttribute|Invalid (Update|Condition)Expression: |ExpressionAttribute(Names|Values) must not be empty|One or more parameter values were invalid: An )/;

/** The same in the words of operations that write one item. */
export function counted(error: AwsError): AwsError {
  if (!(error instanceof InvalidInput) || !COUNTED.test(error.message)) return error;
  return new InvalidInput(error.code, `1 validation error detected: ${error.message}`, error.status);
}
