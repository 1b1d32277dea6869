import type { Aws } from 'embedded-aws';
import type { Ended } from './follow';
import { measureBuild, type Stretch } from './measure';
import type { BuildResult } from './result';
import { PIPELINE } from './sample-pipeline';

/** The output of an execution, as far as the story tells of it. */
interface BuildOutput {
  readonly image: { readonly id: string };
  readonly rollouts: readonly { readonly version: string }[];
}

/** What became of a build, with its times and what it cost in calls and transitions. */
export async function summarizeBuild({ execution, history }: Ended, aws: Aws): Promise<BuildResult> {
  const span = { from: execution.startDate?.getTime() ?? 0, to: execution.stopDate?.getTime() ?? 0 };
  const [ledger, calls, executions] = await Promise.all([aws.ledger(), aws.calls(), aws.executions()]);
  const busy = ledger.map(({ from, to }) => ({ from, to: to ?? Number.POSITIVE_INFINITY }));
  const output = execution.output ? (JSON.parse(execution.output) as BuildOutput) : undefined;
  const isOfBuild = (call: { service: string; caller: string; time: string }) =>
    call.service === 'ec2' &&
    call.caller.includes(':assumed-role/') &&
    Date.parse(call.time) >= span.from &&
    Date.parse(call.time) <= span.to;
  return {
    id: execution.name ?? '',
    pipeline: PIPELINE,
    status: execution.status ?? '',
    ...(execution.error && { error: `${execution.error}: ${execution.cause}` }),
    imageId: output?.image.id ?? '',
    launchTemplateVersion: output?.rollouts[0]?.version ?? '',
    ...measureBuild(span, busy, pauses(history), aws.clock.scale),
    transitions: executions.find((one) => one.executionArn === execution.executionArn)?.transitions ?? 0,
    ec2Calls: calls.filter(isOfBuild).length,
  };
}

/** The pauses that the state machine asks for: those of its wait states, and those of its Retry before another attempt. */
function pauses(history: Ended['history']): Stretch[] {
  const found: Stretch[] = [];
  for (const event of history) {
    if (event.type !== 'TaskScheduled' && event.type !== 'WaitStateExited') continue;
    const before = history.find(({ id }) => id === event.previousEventId);
    if (before?.type !== 'TaskFailed' && before?.type !== 'WaitStateEntered') continue;
    found.push({ from: before.timestamp?.getTime() ?? 0, to: event.timestamp?.getTime() ?? 0 });
  }
  return found;
}
