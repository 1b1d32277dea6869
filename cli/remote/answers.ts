/**
 * What the API answers, as far as the command reads it. It takes what it knows: a service that is older or newer lacks some, or has more.
 * docs/openapi.json has it whole. Times are ISO 8601.
 */
export interface Stage {
  readonly stage: string;
  readonly autoScalingGroup?: string;
  readonly region?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'stopped';
  readonly waitsFor?: string;
  readonly says?: string;
  readonly seenAt?: string;
}

/** What a build waits for before it rolls out: a person's leave, or a window. */
export interface Gate {
  readonly since: string;
  /** When the wait ends by itself. */
  readonly expiresAt: string;
  readonly onTimeout: string;
  readonly approvers?: string;
  readonly opensAt?: string;
  readonly decision?: string;
  readonly decidedAt?: string;
  readonly by?: string;
  readonly reason?: string;
}

export interface Rollout {
  readonly autoScalingGroup: string;
  readonly version: string;
  readonly refreshId?: string;
  readonly ringing?: readonly string[];
  readonly verified?: { readonly by: string; readonly servers: number };
  readonly notBack?: { readonly at: string; readonly why: string };
}

export interface Act {
  readonly at: string;
  readonly act: string;
  readonly by?: string;
  readonly reason?: string;
}

export interface PackageChanges {
  readonly since: string;
  readonly counts: { readonly added: number; readonly removed: number; readonly upgraded: number };
  readonly added: readonly { readonly name: string; readonly version: string }[];
  readonly removed: readonly { readonly name: string; readonly version: string }[];
  readonly upgraded: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  readonly kernel?: { readonly from: string; readonly to: string };
}

export interface Build {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly trigger: { readonly kind: string; readonly by?: string };
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly reason?: string;
  readonly once?: boolean;
  readonly force?: boolean;
  readonly rollout?: boolean;
  readonly resolved?: Readonly<
    Record<string, { readonly value: string; readonly from: string; readonly before?: string }>
  >;
  readonly changed?: readonly string[];
  readonly reused?: { readonly build: string; readonly imageId: string };
  readonly rollback?: { readonly build: string; readonly from?: string };
  readonly rolledBack?: { readonly at: string; readonly by: string; readonly why?: string };
  readonly revoked?: Revocation;
  readonly unrevoked?: readonly {
    readonly at: string;
    readonly by?: string;
    readonly reason: string;
    readonly revoked: Revocation;
  }[];
  readonly hotfix?: boolean;
  readonly approval?: Gate;
  readonly window?: Gate;
  readonly acts?: readonly Act[];
  readonly fingerprint?: string;
  /** What the image was made from, and the build that made that, of a pipeline that is built on another. */
  readonly baseImageId?: string;
  readonly baseBuild?: string;
  readonly imageId?: string;
  readonly imageGone?: { readonly at: string; readonly why: string };
  readonly bom?: { readonly key: string; readonly packages: number; readonly kernel?: string };
  readonly packageChanges?: PackageChanges;
  readonly tested?: {
    readonly tests: readonly string[];
    readonly skipped?: Readonly<Record<string, string>>;
  };
  readonly rollouts: readonly Rollout[];
  readonly heldServer?: {
    readonly instanceId: string;
    readonly purpose: string;
    readonly until: string;
    readonly gone?: string;
  };
  readonly error?: { readonly name: string; readonly message: string; readonly stage?: string };
  readonly late?: readonly string[];
  readonly left?: readonly string[];
  readonly unchecked?: readonly string[];
  readonly stages: readonly Stage[];
}

export interface Hold {
  readonly since?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly builds?: readonly string[];
  readonly message: string;
}

export interface Builds {
  readonly builds: readonly Build[];
  readonly next?: string;
  readonly held?: Hold;
  readonly hold?: Hold;
}

export interface Accepted {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly href: string;
}

export interface Pipeline {
  readonly name: string;
  readonly description?: string;
  readonly release?: { readonly build: string; readonly parameters: Readonly<Record<string, string>> };
  readonly serving?: { readonly build: string; readonly imageId?: string };
  readonly hold?: Hold;
  readonly running?: { readonly id: string; readonly status: string; readonly stage?: string };
  /** The build that waits for approval or a window, and holds up nobody. */
  readonly waiting?: { readonly id: string; readonly status: string; readonly stage?: string };
  readonly queued: readonly string[];
  readonly last?: { readonly id: string; readonly status: string; readonly endedAt?: string };
  readonly schedule?: { readonly cron: string; readonly timezone?: string; readonly next?: string };
  readonly groups: readonly string[];
  readonly parameters: Readonly<
    Record<string, { readonly default?: string; readonly pattern?: string; readonly secret?: unknown }>
  >;
}

export interface Pipelines {
  readonly pipelines: readonly Pipeline[];
  readonly next?: string;
}

/** What a build would use that AWS charges for. */
export interface Usage {
  readonly servers: readonly UsedServers[];
  /** `size` in GB, at most. */
  readonly snapshots: readonly { readonly region: string; readonly size: number }[];
  readonly usageOperation?: string;
}

export interface UsedServers {
  readonly purpose: string;
  readonly autoScalingGroup?: string;
  readonly instanceType: string;
  readonly orTypes?: readonly string[];
  readonly count: number;
  readonly seconds?: { readonly least: number; readonly most: number };
  /** That they run from then on. */
  readonly stay?: boolean;
  /** GB of gp3 that each has. */
  readonly volumeSize?: number;
  readonly publicAddress?: boolean;
}

export interface Plan {
  readonly id: string;
  readonly pipeline: string;
  readonly at: string;
  readonly changes: readonly {
    readonly what: string;
    readonly before?: string;
    readonly after?: string;
    readonly bakes?: boolean;
    readonly why?: string;
  }[];
  readonly targets: readonly {
    readonly autoScalingGroup: string;
    readonly servers: number;
    readonly fromVersion?: string;
    readonly imageId?: string;
    readonly action: 'rollOut' | 'skip';
    readonly why?: string;
  }[];
  readonly blockers: readonly string[];
  readonly notKnown: readonly string[];
  readonly hold?: Hold;
  /** When the rollout may begin, were it ready now. */
  readonly window?: { readonly isOpen: boolean; readonly opensAt: string; readonly closesAt: string };
  /** `within` in seconds. */
  readonly approval?: { readonly within: number; readonly onTimeout: string; readonly approvers: string };
  /** The build that waits, and whose place it would take. */
  readonly supersedes?: string;
  readonly seconds?: { readonly least: number; readonly most: number; readonly builds: number };
  readonly undoSeconds?: number;
  readonly usage?: Usage;
  readonly image?: {
    readonly bakes?: boolean;
    readonly reuse?: { readonly imageId: string; readonly build: string };
    readonly why?: readonly string[];
  };
  /** The build that runs now. */
  readonly running?: string;
}

export interface Server {
  readonly instanceId: string;
  readonly zone: string;
  readonly type: string;
  readonly imageId?: string;
  readonly build?: string;
  readonly version?: string;
  readonly launchedAt?: string;
  readonly state: string;
  readonly healthy: boolean;
  /** Whether it is what should run. */
  readonly right: boolean;
  readonly why?: string;
}

export interface FleetGroup {
  readonly autoScalingGroup: string;
  readonly pipeline: string;
  readonly want: { readonly imageId?: string; readonly build?: string; readonly version?: string };
  readonly problems: readonly string[];
  readonly servers: readonly Server[];
}

/** An SSM parameter that names an image of a pipeline. */
export interface ImageParameter {
  readonly name: string;
  readonly pipeline: string;
  readonly channel: string;
  readonly imageId?: string;
}

export interface Fleet {
  readonly at: string;
  readonly groups: readonly FleetGroup[];
  readonly next?: string;
  /** Of pipelines that roll out to no group. */
  readonly problems?: readonly string[];
  readonly imageParameters?: readonly ImageParameter[];
  /** What AWS denied an answer to. */
  readonly notKnown?: readonly string[];
}

export interface Log {
  readonly build: string;
  readonly instanceId?: string;
  readonly at: string;
  readonly text: string;
  readonly isLive: boolean;
  readonly gaps?: readonly string[];
  /** Why there is nothing. */
  readonly why?: string;
  /** To be given as `after`. */
  readonly next?: string;
}

export interface Unrevoked {
  readonly imageId: string;
  readonly revoked: Revocation;
  /** Why it is used no more all the same. */
  readonly notUsed?: string;
  readonly moved?: readonly { readonly parameter: string; readonly imageId: string }[];
  readonly notKnown?: readonly string[];
}

/** That an image was called bad. */
export interface Revocation {
  readonly at: string;
  readonly by?: string;
  readonly reason?: string;
}

export interface Revoked {
  readonly imageId: string;
  readonly users: readonly { readonly kind: string; readonly name: string }[];
  /** The SSM parameters that named it, and what each names now. */
  readonly moved?: readonly { readonly parameter: string; readonly imageId: string }[];
  readonly rollbacks?: readonly string[];
  readonly notRolledBack?: readonly { readonly pipeline: string; readonly why: string }[];
  /** What AWS denied an answer to, or is left to people. */
  readonly notKnown?: readonly string[];
}

/** Whether a build has come to its end. */
export function isOver({ status }: Pick<Build, 'status'>): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}

/** Whether a build has done what it was asked for. */
export function hasSucceeded({ status }: Pick<Build, 'status'>): boolean {
  return status === 'SUCCEEDED' || status === 'UP_TO_DATE';
}

/** What a stage waits for, where that is a person or a window. */
export function gateOf(build: Build, { stage }: Stage): Gate | undefined {
  if (stage === 'AwaitApproval') return build.approval;
  return stage === 'AwaitWindow' ? build.window : undefined;
}

/** Whether a build is in a stage now. */
export function isIn(build: Build, stage: string): boolean {
  return build.stages.some((one) => one.stage === stage && one.outcome === 'running');
}

export interface Pushed {
  readonly pipeline: string;
  readonly version: string;
  readonly holdsAlready: boolean;
  readonly before?: string;
  readonly changes?: readonly { readonly path: string; readonly how: 'added' | 'changed' | 'removed' }[];
}
