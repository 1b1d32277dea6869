import type { Fault, FaultInput, Strike } from './core/faults/faults';
import type { Entry } from './core/ledger';
import type { ServerPrograms } from './core/ports';
import { ADMINISTRATOR } from './core/principal';
import type { RunDigest } from './corridor/call-digest';
import type { CallRecord } from './corridor/call-log';
import type { Watcher } from './corridor/corridor';

/** A running embedded AWS: in this process (`startAws`) or in another (`connectAws`), the same to whoever uses it. */
export interface Aws extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL`, and as an HTTP proxy into the embedded network. */
  readonly endpoint: string;
  /** For any SDK client: `new EC2Client(aws.client)`. */
  readonly client: ClientSettings;
  /** For child processes: the endpoint, credentials and the region. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: AwsClock;
  readonly faults: FaultSwitches;
  /** The newest 20,000 calls of operations, whoever made them, oldest first. */
  calls(): Promise<readonly CallRecord[]>;
  /** What all calls since the start come to, where runs can be repeated: the same in each run with the same seed. @throws Error without a seed */
  digest(): Promise<RunDigest & { readonly strayedSeconds: number }>;
  /** What AWS itself was busy with and when, oldest first. */
  ledger(): Promise<readonly Entry[]>;
  /** The state transitions of every execution of a state machine, as AWS bills them. */
  executions(): Promise<readonly ExecutionTransitions[]>;
  /** What was published to the topics of SNS, and who got it: the newest thousand of each region, oldest first. */
  messages(): Promise<readonly PublishedMessage[]>;
  /** The listeners of active load balancers with the loopback ports on which a browser finds them. */
  loadBalancers(): Promise<readonly LoadBalancerPort[]>;
  /** What Amazon Inspector is to find. */
  readonly vulnerabilities: VulnerabilitySwitches;
  /** What runs by itself as time passes (schedules, rules, scheduled actions of groups), and when next; the next first. */
  clockwork(): Promise<readonly Clockwork[]>;
  /** Fires a schedule of EventBridge Scheduler, or a scheduled action of an Auto Scaling group, at once. @throws Error where there is none of this name */
  runSchedule(region: string, group: string, name: string): Promise<void>;
  /** Makes the account newborn again. */
  reset(): Promise<void>;
  /** Ends everything: servers, machines, workers, timers. One in another process goes on. */
  stop(): Promise<void>;
}

/** An embedded AWS in this process. */
export interface OwnAws extends Aws {
  /** From now on tells of each call before it is made, whoever makes it; a fault that the watcher answers with strikes that call. Returns how to end that. */
  watch(watcher: Watcher): () => void;
}

export interface StartOptions {
  /** Port of the front door; 0, by default, finds a free one. */
  readonly port?: number;
  /** AWS seconds that pass in one real second; 1 by default. */
  readonly timeScale?: number;
  /**
   * Time leaps: AWS's clock runs at real speed while anything is being worked on, and jumps to the next moment at which something is
   * due when all is quiet and somebody waits (an execution of a state machine runs, a call is open, a client sleeps on the clock).
   */
  readonly leap?: boolean;
  /**
   * Time leaps, and what happened can be made to happen again: all that is random, and the time at which AWS starts, come from this whole
   * number; the clock stands still during work, each work is charged its time, and what is ready at the same time
   * runs in an order drawn from the seed. One such AWS runs in a process at a time, and for a run to be repeated it must be alone there: any other
   * draws from the same seed.
   */
  readonly seed?: number;
  /** Schedules of EventBridge Scheduler and scheduled actions of Auto Scaling groups do not run by themselves, but when they are told to. */
  readonly holdSchedules?: boolean;
  /**
   * Any access key that the embedded AWS has not given out itself is the account's administrator, whatever its secret. Without it the
   * documented pair alone is, `local` and `local`: others are refused, as AWS refuses them.
   */
  readonly anyKeys?: boolean;
  /**
   * Where functions run. `threads`: each in a worker thread, which stands still between invocations and can't harm others, as strangers'
   * code must. `process`: in this process, without the kernel between them and the front door, for code that can be trusted: it takes
   * less time and memory. A function is one CommonJS bundle then, has `node:http` and no `fetch`, and no limit of memory; what it does
   * after its answer is not stopped, and a rejection that it does not handle is this process's.
   */
  readonly functions?: 'threads' | 'process';
  /**
   * AWS seconds after which an execution environment that nobody asks is closed: 600 by default. AWS keeps them for minutes to hours, as it likes;
   * where time leaps from one night to the next, hours save the start of each function. At least a real minute.
   */
  readonly functionIdleSeconds?: number;
  /**
   * A folder into which each decision on a call that is made with a role's credentials is written, as `RecordedCall` has it. By default
   * the one that the environment names in EMBEDDED_AWS_DECISIONS, so that child processes record too.
   */
  readonly decisions?: string;
  /**
   * Servers of your own that instances can run: where a unit's `ExecStart` names such a path, and the disk has an executable file there,
   * systemd starts the server in this process, on the machine's port.
   */
  readonly programs?: ServerPrograms;
}

/** Something that runs by itself as time passes. */
export interface Clockwork {
  /** A schedule of EventBridge Scheduler, a rule of EventBridge with a schedule, or a scheduled action of an Auto Scaling group. */
  readonly kind: 'schedule' | 'rule' | 'scheduled action';
  readonly region: string;
  /** The schedule's group, the rule's bus, or the Auto Scaling group. */
  readonly group: string;
  readonly name: string;
  /** `cron(…)`, `rate(…)` or `at(…)`; of a scheduled action its recurrence or its time. */
  readonly expression: string;
  /** When it runs next: AWS's time, ISO 8601. */
  readonly next: string;
  /** It does not, but waits until it is told to. */
  readonly held: boolean;
}

/** A listener of a load balancer, and the loopback port on which a browser finds it. */
export interface LoadBalancerPort {
  readonly name: string;
  readonly dnsName: string;
  readonly listenerPort: number;
  readonly loopbackPort: number;
}

/** The settings of an SDK client. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Some operations put a word before the host (`sync-`), which no name on this machine answers to. */
  readonly disableHostPrefix: true;
}

/** AWS's time. */
export interface AwsClock {
  /** AWS seconds that pass in one real second; where time leaps, while something is being worked on. */
  readonly scale: number;
  /** Whether time leaps. */
  readonly leaps: boolean;
  /** Where a run can be repeated. */
  readonly seed?: number;
  now(): Date;
  /**
   * Resolves after so much AWS time. Where time leaps, this is how a client takes part: it waits on the clock meanwhile.
   *
   * @param time seconds, or a text as `10s`, `5m`, `2h`, `1d`, `500ms`
   */
  sleep(time: Duration): Promise<void>;
}

/** A span of AWS time: seconds, or a number with its unit. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** What shall go wrong. */
export interface FaultSwitches {
  /** @throws Error that says what is wrong with a fault that no call could meet */
  add(fault: FaultInput): Promise<void>;
  /** Those that are still to strike, oldest first. */
  list(): Promise<readonly Fault[]>;
  /** The newest ten thousand times that one struck, oldest first. */
  strikes(): Promise<readonly Strike[]>;
  /** Takes them back; what is late on its way comes nevertheless. */
  clear(): Promise<void>;
}

/** What there is for Amazon Inspector to be found. */
export interface VulnerabilitySwitches {
  /** From now on it finds this, some minutes after an instance is there or was scanned before. @throws Error that says what is wrong */
  add(vulnerability: VulnerabilityInput): Promise<void>;
  list(): Promise<readonly VulnerabilityInput[]>;
  /** Nothing is to be found any more; what was is closed. */
  clear(): Promise<void>;
  /**
   * Scans an image itself, as Inspector does where that is activated for images: EC2 then tells the results with it.
   * @throws Error where there is no such image
   */
  scanImage(imageId: string, region?: string): Promise<void>;
}

/** A vulnerability of a package: on the instances of an image, on one instance, or on all. */
export interface VulnerabilityInput {
  /** `CVE-2026-1234` */
  readonly vulnerabilityId: string;
  readonly severity: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL' | 'UNTRIAGED';
  readonly imageId?: string;
  readonly instanceId?: string;
  /** `openssl` by default. */
  readonly package?: string;
  readonly version?: string;
  readonly release?: string;
  /** `YES` by default. */
  readonly fixAvailable?: 'YES' | 'NO' | 'PARTIAL';
  readonly fixedInVersion?: string;
  readonly inspectorScore?: number;
  readonly description?: string;
  /** `us-east-1` by default. */
  readonly region?: string;
}

/** The state transitions of one execution. */
export interface ExecutionTransitions {
  readonly executionArn: string;
  readonly transitions: number;
}

/** A message that was published to a topic of SNS. */
export interface PublishedMessage {
  readonly topicArn: string;
  readonly messageId: string;
  readonly subject?: string;
  readonly message: string;
  /** ISO 8601. */
  readonly publishedAt: string;
  /** One for each subscription that the topic had. */
  readonly deliveries: readonly MessageDelivery[];
}

/** What became of a message at one subscription. */
export interface MessageDelivery {
  readonly protocol: string;
  readonly endpoint: string;
  /**
   * `sent`: AWS would have sent it, or a function was run. `unconfirmed`: AWS would not, since the endpoint has not confirmed its
   * subscription. `filtered`: its filter policy does not want it.
   */
  readonly outcome: 'sent' | 'unconfirmed' | 'filtered';
  /** What the endpoint gets: messages with the structure `json` have a body for each protocol. */
  readonly body: string;
}

const REGION = 'us-east-1';
/** The settings of clients that speak to an endpoint. */
export function settingsFor(endpoint: string): Pick<Aws, 'endpoint' | 'client' | 'env'> {
  return {
    endpoint,
    client: { endpoint, region: REGION, credentials: ADMINISTRATOR, disableHostPrefix: true },
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey,
    },
  };
}
