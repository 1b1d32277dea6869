import { validationException } from '../errors';

/** What a Query or a Scan asks to be given of items. */
interface Asked {
  readonly Select?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
}

const MEANINGS: Readonly<Record<string, string>> = {
  ALL_ATTRIBUTES: 'ALL_ATTRIBUTES',
  ALL_PROJECTED_ATTRIBUTES: 'ALL_PROJECTED_ATTRIBUTES',
  COUNT: 'only the Count',
};

/**
 * Checks that what is to be given of items fits together, in the words of queries (a count before them) or of scans.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html#DDB-Query-request-Select
 *
 * @param prefix what comes before the sentence
 * @throws AwsError ValidationException
 */
export function checkSelect(asked: Asked, prefix: string): void {
  const { Select = '', IndexName, ProjectionExpression, AttributesToGet } = asked;
  const listed =
    ProjectionExpression !== undefined ? 'ProjectionExpression' : AttributesToGet && 'AttributesToGet';
  if (Select === 'SPECIFIC_ATTRIBUTES' && listed === undefined)
    throw validationException(
      `${prefix}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    );
  const meaning = MEANINGS[Select];
  if (meaning !== undefined && listed !== undefined)
    throw validationException(`${prefix}Cannot specify the ${listed} when choosing to get ${meaning}`);
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined)
    throw validationException(
      `${prefix}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`,
    );
}
