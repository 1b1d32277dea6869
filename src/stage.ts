import * as z from 'zod';
import { recordStage } from './build/stages';
import { type Handler, step } from './lambda';

interface Staged {
  build: { id: string };
  stage: string;
}

/** A step that is a stage of a build: its duration goes into the record and the metrics. */
export function stage<Input extends z.ZodType<Staged>, Result>(
  Input: Input,
  run: (input: z.output<Input>) => Promise<Result>,
): Handler<Result> {
  return step(Input, async (input) => {
    const startedAt = Date.now();
    const result = await run(input);
    await recordStage(input.build.id, stageOf(input), startedAt);
    return result;
  });
}

/** The name of a stage in the record; of one within RollOut with its group. */
function stageOf(input: { stage: string; target?: unknown }): string {
  const target = z.object({ autoScalingGroup: z.string() }).safeParse(input.target);
  return target.success ? `${input.stage}/${target.data.autoScalingGroup}` : input.stage;
}
