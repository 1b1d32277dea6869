import type { Window } from '../build/acts/windows';
import type { MadeVersion } from '../build/state';

/**
 * What can be waited for: an AMI, an instance refresh, a group whose servers all run the new image and are healthy, a command of SSM, a scan
 * of Inspector; and, while the build holds nothing, the leave of a person or a window in which it may roll out.
 */
export type WaitKind = 'image' | 'refresh' | 'fleet' | 'command' | 'scan' | 'approval' | 'window';

/** A parked task token, and the resource whose end it waits for. */
export interface Wait {
  kind: WaitKind;
  /** The id of the AMI, of the refresh, of the command or of the server that is scanned; of a fleet the name of the group; of an approval and a window the build. */
  resource: string;
  region: string;
  build: string;
  /** The name of the stage in the build's record. */
  stage: string;
  token: string;
  /** When the wait began, in milliseconds since 1970. */
  since: number;
  /** Of a refresh and a fleet. */
  group?: string;
  /** Of a fleet: the launch template version that its servers must run. */
  version?: string;
  /** Of a mixed group's fleet: the template of that version, and the further versions that a server may run. */
  launchTemplateId?: string;
  others?: MadeVersion[];
  /** Of a fleet: whether its servers are to be asked for the site afterwards. */
  verify?: 'site' | 'targetGroup';
  /** Of a fleet: the ports at which its servers are asked, as the target has them. */
  askAt?: Record<string, number[]>;
  /** Of a fleet: that it has no servers on purpose. */
  mayBeEmpty?: boolean;
  /** Of a fleet: which servers are left as they are, on purpose. */
  leaves?: { protected: boolean; standby: boolean };
  /** Of a command: the instance that runs it. */
  instanceId?: string;
  /** Of a window: those of the pipeline. */
  windows?: readonly Window[];
  /** Of a scan: when it is waited for no longer, in milliseconds since 1970. */
  until?: number;
}

/** What AWS says of a resource that is still waited for, in words. */
export interface Said {
  says: string;
}

/** How a wait ended: the output of the state, or the error that it fails with. */
export type Outcome =
  | {
      output: unknown;
      /** That the stage goes on: the next state judges what came out, and ends it. */
      isOpen?: true;
      /** The stage that begins then and cannot write itself: the probe has no way to AWS. */
      next?: { stage: string; waitsFor: string };
    }
  | { error: string; cause: string };
