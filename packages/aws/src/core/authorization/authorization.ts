import type { PolicyDocument } from 'aws-languages/policy/document';
import type { ContextValues } from 'aws-languages/policy/variables';
import type { Call } from '../call';
import type { HttpBinding } from '../service-model';

/** One thing that a call is about to do, and that policies must allow. */
export interface Access {
  /** `ec2:RunInstances` */
  readonly action: string;
  /** An ARN, with `*` where the call makes what it names; `*` for an action that is on no resource. */
  readonly resource: string;
  /** The type of the resource, as AWS's Service Authorization Reference names it. */
  readonly type?: string;
  /** Values of condition keys that hold for this access alone. */
  readonly context?: ContextValues;
}

/** What a caller asks for. */
export interface Asked {
  /** AWS's name. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly call: Call;
  /** How the operation is bound to HTTP, where its protocol is REST. */
  readonly http?: HttpBinding;
}

/** What is known of a resource that is there. */
export interface KnownResource {
  readonly tags?: ReadonlyMap<string, string>;
  /** Its own policy. */
  readonly policy?: PolicyDocument;
}

/**
 * What a service says of its authorization, beside AWS's published data: where the data's words for resources are not those of the
 * inputs, and what only the service's state knows. All members are for what cannot be derived.
 */
export interface Authorization<State> {
  /** The actions of operations that are checked by other names than their own; none at all for those that anybody may call. */
  readonly actions?: Readonly<Record<string, readonly string[]>>;
  /** The members of inputs that are the variables of ARNs, by the variable's name: `{ TopicName: 'Name' }`. */
  readonly names?: Readonly<Record<string, string>>;
  /** The ARNs of a type that an input means; undefined where they follow from names, none where it means none. */
  find?(state: State, type: string, asked: Asked): readonly string[] | undefined;
  /** All that an operation does; undefined where it follows from the data. */
  accesses?(
    state: State,
    asked: Asked,
  ): readonly Access[] | undefined | Promise<readonly Access[] | undefined>;
  /** What an operation does beside what follows from the data. */
  further?(state: State, asked: Asked): readonly Access[] | Promise<readonly Access[]>;
  /** The values of condition keys of an access, beside tags and what holds for all calls. */
  context?(state: State, access: Access, asked: Asked): ContextValues;
  /** Looks a resource up. */
  resource?(state: State, arn: string): KnownResource | undefined;
  /** Whether the policy of a resource must allow whatever is done with it, as those of keys of KMS and of roles must. */
  readonly isResourceDecisive?: boolean;
}

/** A VPC endpoint through which a call comes. https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html */
export interface PassedEndpoint {
  readonly id: string;
  readonly vpcId: string;
  readonly accountId: string;
  /** The address within the VPC from which the call comes. */
  readonly address: string;
  readonly policy: PolicyDocument;
}

/** What an identity is allowed to do, as far as its own policies say. */
export interface Permissions {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  /** What its session was narrowed down to. */
  readonly session?: readonly PolicyDocument[];
  /** Of the user or the role. */
  readonly tags?: ReadonlyMap<string, string>;
}
