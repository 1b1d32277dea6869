import { matchesAction } from 'aws-languages/policy/action';
import { authorize } from 'aws-languages/policy/authorize';
import type { PolicyDocument } from 'aws-languages/policy/document';
import { type AccessRequest, evaluate } from 'aws-languages/policy/evaluate';
import { type Part, partsOf, statementOf, trustPartsOf, withAnybody, without } from './parts';
import type { Answer, Recording, Role, TrustAnswer } from './recording';

/** Whether a recorded answer changes without a part. */
export interface Proof {
  readonly part: Part;
  /** The first answer that changes: `ec2:RunInstances is refused without it`; undefined where none does. */
  readonly by?: string;
}

/**
 * Has the evaluator answer once more, each part of the policies of the roles left out in turn. Whom a role trusts is a part too: without
 * him somebody must be refused, and with anybody in his place somebody must be let in who was not.
 *
 * @throws Error where the evaluator answers otherwise with all parts than when it was recorded: nothing would be proven
 */
export function replay({ roles, answers, trusts }: Recording): Proof[] {
  return roles.flatMap((role) => {
    const isOwn = (one: { readonly role: string }) => one.role === role.name;
    return [...replayCalls(role, answers.filter(isOwn)), ...replayTrust(role, trusts.filter(isOwn))];
  });
}

function replayCalls(role: Role, answers: readonly Answer[]): Proof[] {
  for (const one of answers) check(role, one, isAllowed(one, one.policies.identity));
  const byAction = new Map<string, Answer[]>();
  for (const one of answers) {
    const { action } = one.request;
    const same = byAction.get(action) ?? [];
    byAction.set(action, same);
    same.push(one);
  }
  return partsOf(role).map((part) => {
    const statement = statementOf(role.documents, part);
    // What a statement is not about does not depend on it.
    const concerned = statement
      ? [...byAction].flatMap(([action, own]) =>
          statement.actions.some((pattern) => matchesAction(pattern, action)) ? own : [],
        )
      : answers;
    const cuts = new Map<readonly PolicyDocument[], readonly PolicyDocument[] | undefined>();
    const changing = concerned.find((one) => {
      const { identity } = one.policies;
      if (!cuts.has(identity)) cuts.set(identity, without(identity, part, role.managed));
      const left = cuts.get(identity);
      return left !== undefined && isAllowed(one, left) !== one.isAllowed;
    });
    return changing ? { part, by: describe(changing.request, changing.isAllowed) } : { part };
  });
}

function replayTrust(role: Role, answers: readonly TrustAnswer[]): Proof[] {
  for (const one of answers) check(role, one, isTrusted(one, one.trust));
  return trustPartsOf(role).map((part) => {
    const changes: ((trust: PolicyDocument) => PolicyDocument | undefined)[] = [
      (trust) => without([trust], part)?.[0],
      ...(part.kind === 'principal' ? [(trust: PolicyDocument) => withAnybody(trust, part)] : []),
    ];
    const changing = changes.map((change) =>
      answers.find((one) => {
        const changed = change(one.trust);
        return changed !== undefined && isTrusted(one, changed) !== one.isAllowed;
      }),
    );
    const [first] = changing;
    return first && changing.every(Boolean)
      ? { part, by: describe(first.request, first.isAllowed) }
      : { part };
  });
}

function check(role: Role, { request, isAllowed: was }: Answer | TrustAnswer, is: boolean): void {
  if (is !== was)
    throw new Error(`${request.action} of ${role.name} is answered otherwise than when it was recorded`);
}

function describe({ action, resource }: AccessRequest, was: boolean): string {
  return `${action} on ${resource} is ${was ? 'refused' : 'allowed'} without it`;
}

function isAllowed({ policies, request }: Answer, identity: readonly PolicyDocument[]): boolean {
  return authorize({ ...policies, identity }, request).effect === 'Allow';
}

function isTrusted({ request }: TrustAnswer, trust: PolicyDocument): boolean {
  return evaluate([trust], request).effect === 'Allow';
}
