/** What may be wrong with a policy. */
export type PolicyProblemCode =
  | 'InvalidJson'
  | 'Syntax'
  | 'MissingStatement'
  | 'UnknownMember'
  | 'MixedMembers'
  | 'InvalidVersion'
  | 'OldVersion'
  | 'InvalidEffect'
  | 'InvalidSid'
  | 'RepeatedSid'
  | 'MissingAction'
  | 'InvalidAction'
  | 'MissingResource'
  | 'ProhibitedResource'
  | 'InvalidResource'
  | 'MissingPrincipal'
  | 'ProhibitedPrincipal'
  | 'InvalidPrincipal'
  | 'UnknownCondition'
  | 'InvalidConditionValue';

/** What is wrong with a policy, and where. */
export interface PolicyProblem {
  readonly code: PolicyProblemCode;
  /** In IAM's words. */
  readonly message: string;
  /** The index of the statement. */
  readonly statement?: number;
  /** The member, action, resource, principal or operator that is wrong. */
  readonly value?: string;
}

/** The message that IAM has for what its parser does not say more of. */
export const SYNTAX_ERRORS = 'Syntax errors in policy.';
/** The message that IAM has for what only its older parser finds. */
export const LEGACY_PARSING = 'The policy failed legacy parsing';

/**
 * The problem in the words of S3, which calls it `MalformedPolicy`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function describeForS3({ code, value = '' }: PolicyProblem): string {
  switch (code) {
    case 'InvalidJson':
      return "Policies must be valid JSON and the first byte must be '{'";
    case 'MissingStatement':
      return 'Missing required field Statement';
    case 'MissingPrincipal':
      return 'Missing required field Principal';
    case 'MissingAction':
      return 'Missing required field Action';
    case 'MissingResource':
      return 'Missing required field Resource';
    case 'InvalidEffect':
      return value === '' ? 'Missing required field Effect' : `Invalid effect: ${value}`;
    case 'UnknownMember':
      return `Unknown field ${value}`;
    case 'InvalidAction':
      return 'Policy has invalid action';
    case 'InvalidResource':
      return 'Policy has invalid resource';
    case 'InvalidPrincipal':
      return 'Invalid principal in policy';
    case 'UnknownCondition':
      return `Invalid Condition type : ${value}`;
    default:
      return 'Invalid policy syntax.';
  }
}
