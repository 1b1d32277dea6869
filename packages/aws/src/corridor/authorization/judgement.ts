import type { PolicySet, Authorization as Verdict } from 'aws-languages/policy/authorize';
import type { Caller } from 'aws-languages/policy/principal';
import type { ContextValues } from 'aws-languages/policy/variables';
import type { Access, Asked } from '../../core/authorization/authorization';
import type { ServiceDefinition } from '../../core/service';
import type { ServiceModel } from '../../core/service-model';

/** A decision on one access, with all that it was made of. */
export interface Judgement {
  readonly access: Access;
  readonly context: ContextValues;
  readonly caller: Caller;
  /** All policies that bore on it. */
  readonly policies: PolicySet;
  readonly verdict: Verdict;
}

/** Is told of each call that is judged, with the judgement on each of its accesses: it is allowed if all are. */
export type JudgementListener = (to: AddressedCall, asked: Asked, judgements: readonly Judgement[]) => void;

/** A call on its way to a service. */
export interface AddressedCall {
  /** The folder's name. */
  readonly service: string;
  readonly definition: ServiceDefinition;
  readonly state: unknown;
  readonly model: ServiceModel;
}
