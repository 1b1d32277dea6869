import * as z from 'zod';
import { holdLock } from './build/lock';
import { beginStage, closeStage, noteProgress, openStage } from './build/stages';
import { Held } from './build/state';
import { AgentNotReady, FleetChanged, SiteNotReady, TargetBusy } from './errors';
import { nameTransient } from './failures';
import { type Handler, parseInput, step } from './lambda';

interface Staged {
  build: { id: string };
  stage: string;
}

/** What begins when a stage has ended and cannot write itself: the probe has no way to AWS. */
type Next<Input, Result> = (input: Input, result: Result) => { stage: string; waitsFor: string };

/**
 * The step that opens a build: when it was, and how it ended, goes into the record, its duration into the metrics too.
 *
 * @param Input the schema of the event
 * @param run what is done with the parsed event
 */
export function opening<Input extends z.ZodType<Staged>, Result>(
  Input: Input,
  run: (input: z.output<Input>) => Promise<Result>,
): Handler<Result> {
  return step(Input, async (input) => {
    const startedAt = Date.now();
    await openStage(input.build.id, stageOf(input), startedAt);
    return recorded(input, startedAt, () => run(input));
  });
}

/** A step that is a stage of a build that has its lock: as `opening`, and only while the build may act. */
export function stage<Input extends z.ZodType<Staged>, Result>(
  Input: Input,
  run: (input: z.output<Input>) => Promise<Result>,
  next?: Next<z.output<Input>, Result>,
): Handler<Result> {
  return step(z.unknown(), async (event) => {
    const input = parseInput(Input, event);
    const { build } = parseInput(OfHeld, event);
    const startedAt = Date.now();
    const name = stageOf(input);
    const hasBegun = await beginStage(build, name, startedAt);
    if (!hasBegun) await openStage(build.id, name, startedAt);
    const act = async () => {
      if (!hasBegun) await holdLock(build);
      return run(input);
    };
    return recorded(input, startedAt, act, next);
  });
}

const OfHeld = z.object({ build: Held });

/** A step of a build that has its lock. Its stage is recorded by whoever sees its end. */
export function held<Input extends z.ZodType<Staged>, Result>(
  Input: Input,
  run: (input: z.output<Input>) => Promise<Result>,
): Handler<Result> {
  return step(z.unknown(), async (event) => {
    const input = parseInput(Input, event);
    await holdLock(parseInput(OfHeld, event).build);
    return run(input);
  });
}

/** Writes how a stage ends that was opened. */
async function recorded<Input extends Staged, Result>(
  input: Input,
  startedAt: number,
  run: () => Promise<Result>,
  next?: Next<Input, Result>,
): Promise<Result> {
  const { id } = input.build;
  const name = stageOf(input);
  const result = await run().catch(async (error: unknown) => {
    await noteFailure(id, name, startedAt, error);
    throw error;
  });
  const endedAt = Date.now();
  await closeStage(id, name, 'succeeded', startedAt, endedAt);
  const following = next?.(input, result);
  if (following) await openStage(id, following.stage, endedAt, following.waitsFor);
  return result;
}

/** The state machine asks again after what passes: the stage goes on. */
async function noteFailure(build: string, name: string, startedAt: number, error: unknown): Promise<void> {
  if ([SiteNotReady, AgentNotReady, FleetChanged].some((passes) => error instanceof passes)) return;
  if (error instanceof TargetBusy)
    await noteProgress(build, name, { waitsFor: 'its turn', says: error.message });
  else if (error instanceof Error && nameTransient(error).name !== 'TransientFailure')
    await closeStage(build, name, 'failed', startedAt);
}

/** The name of a stage in the record; of one within RollOut with its group. */
function stageOf(input: { stage: string; target?: unknown }): string {
  const target = z.object({ autoScalingGroup: z.string() }).safeParse(input.target);
  return target.success ? `${input.stage}/${target.data.autoScalingGroup}` : input.stage;
}
