import { AutoScalingClient, DescribeInstanceRefreshesCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { Clock } from '../clock';
import type { ClientSettings } from '../deploy';

/** AWS seconds between two looks, and how many real ones they are at least. */
const POLL_SECONDS = 5;
/** A build that lasts longer than this (AWS seconds) is looked at more seldom. */
const LONG_SECONDS = 600;
const LONG_POLL_SECONDS = 30;
const LEAST_REAL_SECONDS = 0.25;

/** An execution that has ended, with its whole history, oldest event first. */
export interface Ended {
  readonly execution: DescribeExecutionOutput;
  readonly history: readonly HistoryEvent[];
}

export interface FollowOptions {
  readonly executionArn: string;
  /** The group whose refresh is shown while the build waits for it. */
  readonly autoScalingGroup: string;
  readonly clock: Clock;
  /** Told of each step: AWS seconds since the start, what it is. */
  readonly onStep: (seconds: number, step: string) => void;
}

/** Follows a build's execution to its end and tells of each stage as the build enters it. */
export async function followExecution(settings: ClientSettings, options: FollowOptions): Promise<Ended> {
  const { clock } = options;
  const states = new SFNClient(settings);
  const refresh = new RefreshWatch(new AutoScalingClient(settings), options.autoScalingGroup);
  const history: HistoryEvent[] = [];
  let waited = 0;
  let stage: string | undefined;
  for (;;) {
    const fresh = await readNewer(states, options.executionArn, history.at(-1)?.id);
    history.push(...fresh);
    const since = (date: Date | undefined) =>
      ((date?.getTime() ?? 0) - (history[0]?.timestamp?.getTime() ?? 0)) / 1000;
    for (const event of fresh) {
      const entered = event.type === 'TaskStateEntered' ? event.stateEnteredEventDetails?.name : undefined;
      // A state that asks a site several times is told of once.
      if (entered === undefined || entered === stage) continue;
      stage = entered;
      options.onStep(since(event.timestamp), stage);
      refresh.watching = stage === 'AwaitRefresh';
    }
    const execution = ENDED.test(history.at(-1)?.type ?? '')
      ? await states.send(new DescribeExecutionCommand({ executionArn: options.executionArn }))
      : undefined;
    // The history may tell of the end before the execution itself does.
    if (execution && execution.status !== 'RUNNING') {
      options.onStep(since(execution.stopDate), String(execution.status));
      return { execution, history };
    }
    const progress = await refresh.look();
    if (progress) options.onStep(since(options.clock.now()), progress);
    const poll = waited < LONG_SECONDS ? POLL_SECONDS : LONG_POLL_SECONDS;
    const pause = Math.max(poll, clock.leaps ? 0 : LEAST_REAL_SECONDS * clock.scale);
    await clock.sleep(pause);
    waited += pause;
  }
}

/** The events with which an execution ends. */
const ENDED = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;

/** As many events as come between two looks, mostly. */
const PAGE = 10;

/** The events after one that is known, oldest first: the newest are read first, until that one comes. */
async function readNewer(states: SFNClient, executionArn: string, known = 0): Promise<HistoryEvent[]> {
  const newer: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await states.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: PAGE, nextToken }),
    );
    const events = (page.events ?? []).filter(({ id = 0 }) => id > known);
    newer.push(...events);
    nextToken = events.length === page.events?.length ? page.nextToken : undefined;
  } while (nextToken);
  return newer.reverse();
}

/** Tells each change of a running refresh once. */
class RefreshWatch {
  watching = false;
  private last = '';

  constructor(
    private readonly autoScaling: AutoScalingClient,
    private readonly group: string,
  ) {}

  async look(): Promise<string | undefined> {
    if (!this.watching) return undefined;
    const answer = await this.autoScaling.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: this.group, MaxRecords: 1 }),
    );
    const [refresh] = answer.InstanceRefreshes ?? [];
    const text = `  refresh ${refresh?.Status}: ${refresh?.PercentageComplete ?? 0} %, ${refresh?.InstancesToUpdate ?? 0} servers to go`;
    if (!refresh || text === this.last) return undefined;
    this.last = text;
    return text;
  }
}
