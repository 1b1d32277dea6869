import { type EvaluationResult, type IAMClient, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam';

/** Something that a user or a role is to do, and for what. */
export interface Need {
  /** What for: `kiln push`. */
  readonly what: string;
  readonly action: string;
  readonly resource: string;
}

/** A need that the policies do not allow, and why. */
export interface Lack extends Need {
  readonly why: string;
  /** Whether more permissions are no help: something denies it. */
  readonly isDenied: boolean;
}

/**
 * Which of several needs a user or a role may not do by its policies, its boundary, and those of its organization, as IAM simulates them. It
 * knows nothing of a request: what a condition asks of that is not met.
 *
 * @param arn of the user or the role
 * @param context what requests have, by the keys of conditions
 */
export async function findLacks(
  client: IAMClient,
  arn: string,
  needs: readonly Need[],
  context: Readonly<Record<string, string>> = {},
): Promise<Lack[]> {
  const actions = [...new Set(needs.map(({ action }) => action))];
  const found = await Promise.all(
    actions.map(async (action) => {
      const asked = needs.filter((need) => need.action === action);
      const results = await simulate(client, arn, action, asked, context);
      return asked.flatMap((need) => {
        const result = results.find((one) => one.EvalResourceName === need.resource);
        return result?.EvalDecision === 'allowed' ? [] : [{ ...need, ...explain(result) }];
      });
    }),
  );
  return found.flat();
}

async function simulate(
  client: IAMClient,
  PolicySourceArn: string,
  action: string,
  needs: readonly Need[],
  context: Readonly<Record<string, string>>,
): Promise<EvaluationResult[]> {
  const input = {
    PolicySourceArn,
    ActionNames: [action],
    ResourceArns: [...new Set(needs.map(({ resource }) => resource))],
    ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
      ContextKeyName,
      ContextKeyType: 'string' as const,
      ContextKeyValues: [value],
    })),
  };
  const results: EvaluationResult[] = [];
  for await (const { EvaluationResults = [] } of paginateSimulatePrincipalPolicy({ client }, input))
    results.push(...EvaluationResults);
  return results;
}

function explain(result: EvaluationResult | undefined): Pick<Lack, 'why' | 'isDenied'> {
  const { EvalDecision, MatchedStatements = [], MissingContextValues = [] } = result ?? {};
  const byOrganization = result?.OrganizationsDecisionDetail?.AllowedByOrganizations === false;
  const byBoundary = result?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false;
  if (byOrganization) return { why: 'a policy of the organization does not let it', isDenied: true };
  if (byBoundary) return { why: 'its permissions boundary does not let it', isDenied: true };
  if (EvalDecision === 'explicitDeny')
    return { why: `the policy ${MatchedStatements[0]?.SourcePolicyId ?? ''} denies it`, isDenied: true };
  if (MissingContextValues.length > 0)
    return { why: `at most under conditions (${MissingContextValues.join(', ')})`, isDenied: false };
  return { why: 'no policy allows it', isDenied: false };
}
