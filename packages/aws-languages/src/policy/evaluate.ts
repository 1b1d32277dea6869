import { matchesAction } from './action';
import { holds } from './condition';
import type { PolicyDocument, Statement } from './document';
import { type Caller, isSpared, matchPrincipals, type PrincipalMatch } from './principal';
import { matchesResource } from './resource';
import { type ContextValues, makeContext, type RequestContext } from './variables';

/** What is asked for. */
export interface AccessRequest {
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN; `*` for an action that is on no resource. */
  readonly resource: string;
  /** Who asks. Policies of resources and trust policies apply to nobody without it. */
  readonly caller?: Caller;
  /** The values of condition keys, whose case does not matter. */
  readonly context?: ContextValues;
}

/** What policies say of a request. */
export interface Decision {
  readonly effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  /** The statement that decided; none when none applied. */
  readonly statement?: Statement;
  /** How the deciding statement means the caller; none for policies of identities. */
  readonly match?: PrincipalMatch;
}

/** A statement that applies to a request. */
interface Applied {
  readonly statement: Statement;
  readonly match?: PrincipalMatch;
}

/**
 * What policies of one sort say together: one that denies outweighs those that allow, and what none allows is denied.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(policies: readonly PolicyDocument[], request: AccessRequest): Decision {
  const applying = findApplying(policies, request);
  const denying = applying.find(({ statement }) => statement.effect === 'Deny');
  if (denying) return { effect: 'ExplicitDeny', ...denying };
  const [first] = applying.sort((a, b) => closeness(b) - closeness(a));
  return first ? { effect: 'Allow', ...first } : { effect: 'ImplicitDeny' };
}

/** Of statements that allow, the one that means the caller most closely decides. */
function closeness({ match }: Applied): number {
  const order: readonly (PrincipalMatch | undefined)[] = ['account', 'role', 'anyone', 'caller'];
  return order.indexOf(match);
}

function findApplying(policies: readonly PolicyDocument[], request: AccessRequest): Applied[] {
  const context = makeContext(request.context);
  return policies.flatMap(({ version, statements }) =>
    statements.flatMap((statement) => {
      const meant = matchCaller(statement, request.caller);
      return meant && applies(statement, request, context, version) ? [{ statement, ...meant }] : [];
    }),
  );
}

/** A statement that names no principal is an identity's, and about that identity. */
function matchCaller(
  { effect, principals, notPrincipals }: Statement,
  caller: Caller | undefined,
): { match?: PrincipalMatch } | undefined {
  if (Object.keys(notPrincipals).length > 0 && effect === 'Deny')
    return caller && !isSpared(notPrincipals, caller) ? { match: 'anyone' } : undefined;
  if (Object.keys(notPrincipals).length > 0)
    return caller && !matchPrincipals(notPrincipals, caller) ? { match: 'anyone' } : undefined;
  if (Object.keys(principals).length === 0) return {};
  const match = caller && matchPrincipals(principals, caller);
  return match && { match };
}

function applies(
  statement: Statement,
  { action, resource }: AccessRequest,
  context: RequestContext,
  version: string,
): boolean {
  const { actions, notActions, resources, notResources, conditions } = statement;
  const isAction = (pattern: string) => matchesAction(pattern, action);
  const isResource = (pattern: string) => matchesResource(pattern, resource, context, version);
  return (
    (actions.length > 0 ? actions.some(isAction) : !notActions.some(isAction)) &&
    // Trust policies have no resource: it is the role.
    (resources.length > 0 ? resources.some(isResource) : !notResources.some(isResource)) &&
    conditions.every((condition) => holds(condition, context, version))
  );
}
