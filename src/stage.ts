import * as z from 'zod';
import { holdLock } from './build/lock';
import { recordStage } from './build/stages';
import { Held } from './build/state';
import { type Handler, parseInput, step } from './lambda';

interface Staged {
  build: { id: string };
  stage: string;
}

/**
 * The step that opens a build: its duration goes into the record and the metrics.
 *
 * @param Input the schema of the event
 * @param run what is done with the parsed event
 */
export function opening<Input extends z.ZodType<Staged>, Result>(
  Input: Input,
  run: (input: z.output<Input>) => Promise<Result>,
): Handler<Result> {
  return step(Input, (input) => timed(input, () => run(input)));
}

/** A step that is a stage of a build that has its lock: as `opening`, and only while the build may act. */
export function stage<Input extends z.ZodType<Staged>, Result>(
  Input: Input,
  run: (input: z.output<Input>) => Promise<Result>,
): Handler<Result> {
  return held(Input, (input) => timed(input, () => run(input)));
}

const OfHeld = z.object({ build: Held });

/** A step of a build that has its lock. Its duration is recorded by whoever sees its end. */
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

async function timed<Result>(input: Staged, run: () => Promise<Result>): Promise<Result> {
  const startedAt = Date.now();
  const result = await run();
  await recordStage(input.build.id, stageOf(input), startedAt);
  return result;
}

/** The name of a stage in the record; of one within RollOut with its group. */
function stageOf(input: { stage: string; target?: unknown }): string {
  const target = z.object({ autoScalingGroup: z.string() }).safeParse(input.target);
  return target.success ? `${input.stage}/${target.data.autoScalingGroup}` : input.stage;
}
