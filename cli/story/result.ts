import type { TrafficReport } from './traffic';

/** What became of one build; seconds are AWS seconds. */
export interface BuildResult {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
  /** Its error and the cause in words, when it did not succeed. */
  readonly error?: string;
  readonly imageId: string;
  readonly launchTemplateVersion: string;
  readonly awsSeconds: number;
  readonly overheadSeconds: number;
  /** State transitions as Step Functions bills them, retries included. */
  readonly transitions: number;
  /** EC2 API calls of Kiln's functions while the build ran. */
  readonly ec2Calls: number;
}

/** What the whole story came to: the document that `npm start -- --json` prints. */
export interface StoryResult {
  readonly ok: boolean;
  /** Why it is not ok, in words. */
  readonly problems: readonly string[];
  readonly builds: readonly BuildResult[];
  readonly traffic: Pick<TrafficReport, 'requests' | 'failed' | 'failures' | 'versions'> & {
    /** AWS seconds from the start of the second build to the first answer of version 2 and to the last of version 1. */
    readonly turned: { readonly firstOfNew: number; readonly lastOfOld: number } | null;
  };
  /** What is in the account that should not be. */
  readonly leftovers: readonly string[];
  /** The version of the site on each server, by instance id. */
  readonly servers: Readonly<Record<string, string>>;
  /** With a seed: what the calls of AWS's operations come to, the same in each run. */
  readonly calls?: {
    readonly sha256: string;
    /** Calls that are in it. */
    readonly counted: number;
    /** Requests that are not: the visitors'. */
    readonly leftOut: number;
    /** Real seconds that the clock had to run, because a work did not end: any make the run one of its own. */
    readonly strayedSeconds: number;
  };
  /** Real seconds from start to end. */
  readonly realSeconds: number;
}
