import { authorize } from 'aws-languages/policy/authorize';
import type { PolicyDocument } from 'aws-languages/policy/document';
import { type Part, partsOf, without } from './parts';
import type { Answer, Role } from './recording';

/** Whether a recorded answer changes without a part. */
export interface Proof {
  readonly part: Part;
  /** The first answer that changes: `ec2:RunInstances is refused without it`; undefined where none does. */
  readonly by?: string;
}

/**
 * Has the evaluator answer once more, each part of the policies of the roles left out in turn.
 *
 * @throws Error where the evaluator answers otherwise with all parts than when it was recorded: nothing would be proven
 */
export function replay(roles: readonly Role[], answers: readonly Answer[]): Proof[] {
  return roles.flatMap((role) => {
    const own = answers.filter((one) => one.role === role.name);
    for (const one of own)
      if (isAllowed(one, one.policies.identity) !== one.isAllowed)
        throw new Error(
          `${one.request.action} of ${role.name} is answered otherwise than when it was recorded`,
        );
    return partsOf(role).map((part) => {
      const cuts = new Map<readonly PolicyDocument[], readonly PolicyDocument[] | undefined>();
      const changing = own.find((one) => {
        const { identity } = one.policies;
        if (!cuts.has(identity)) cuts.set(identity, without(identity, part, role.managed));
        const left = cuts.get(identity);
        return left !== undefined && isAllowed(one, left) !== one.isAllowed;
      });
      if (!changing) return { part };
      const { request, isAllowed: was } = changing;
      return {
        part,
        by: `${request.action} on ${request.resource} is ${was ? 'refused' : 'allowed'} without it`,
      };
    });
  });
}

function isAllowed({ policies, request }: Answer, identity: readonly PolicyDocument[]): boolean {
  return authorize({ ...policies, identity }, request).effect === 'Allow';
}
