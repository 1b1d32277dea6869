import type { FaultInput, StartingCall } from 'embedded-aws';
import type { Breakage, Otherwise } from '../pipelines';
import type { World } from '../world';

/** A fault of a schedule. What its numbers mean is its kind's affair. */
export interface Drawn {
  readonly kind: string;
  /** The state of the workflow, or the function beside it, with whose beginning it is armed. */
  readonly state: string;
  /** How many things that it could strike it lets pass. */
  readonly position: number;
  readonly times: number;
  /** AWS seconds. */
  readonly delay: number;
  /** 0 to 999: which of several. */
  readonly choice: number;
}

/** A fault whose state has begun. */
export interface Armed {
  readonly drawn: Drawn;
  readonly world: World;
  /** The build that has come to the state. */
  readonly build: string;
  /** To be told each time that it strikes. */
  struck(): void;
}

/** Is asked of each call from the beginning of the state on: what shall strike it, if anything. */
export type Striker = (call: StartingCall) => FaultInput | undefined;

/** What a fault leaves of an invariant: each word takes one expectation away. */
export type Spoils =
  /** Visitors may be turned away while servers are gone. */
  | 'visitors'
  /** Whoever edits templates may set their default. */
  | 'default'
  /** A person took the image, or its version, from under the fleet. */
  | 'image'
  /** The fleet serves what no build has made good, until the next build: it may be left to people. */
  | 'fleet'
  /** A person gave the group another capacity. */
  | 'capacity'
  /** An execution may end otherwise than its record says: somebody stopped it, or it took too long. */
  | 'execution'
  /** Undoing may be left to people, who are told. */
  | 'undoing';

/** A way in which something goes wrong. */
export interface Kind {
  readonly name: string;
  /** Whether builds succeed nevertheless. */
  readonly heals: boolean;
  /** The states at which it can be drawn. */
  readonly at: readonly string[];
  /** How far its numbers are drawn: the most of `position` and `times`, the least and the most of `delay`. */
  readonly range?: {
    readonly position?: number;
    readonly times?: number;
    readonly delay?: readonly [number, number];
  };
  /** Of kinds with the same word a schedule has one. */
  readonly once?: string;
  /** States and functions to which a run comes only with this kind: others may strike there then. */
  readonly brings?: readonly string[];
  /** Which builds it may end though it heals: one that waits before its rollout, or one that no person has asked for. */
  readonly ends?: 'waiting' | 'unattended';
  /** What lets the build wait before it rolls out: lines of its pipeline.yml. @param now AWS milliseconds */
  gates?(drawn: Drawn, now: number): string[];
  /** What else the version of the pipeline has with which the build is planned. */
  readonly otherwise?: Otherwise;
  /** What people do before the build is asked for. */
  before?(world: World, drawn: Drawn): Promise<void>;
  /** What the build is asked to break. */
  readonly breaks?: Breakage;
  readonly spoils?: readonly Spoils[];
  /** The same where the build fails. */
  readonly spoilsFailed?: readonly Spoils[];
  /** What people do afterwards, as the message of the failure asks them to, before the next build. */
  mend?(world: World): Promise<void>;
  /** What people do in the nights after the next build, without faults. @returns after each what was done, and what was wrong with it, in words */
  nights?(world: World, drawn: Drawn): AsyncIterable<{ readonly name: string; readonly wrong: string[] }>;
  /** Is called with the beginning of the state, before its function is run. */
  arm(armed: Armed): Striker | undefined;
}
