import type { Hold } from '../../remote/answers';
import type { CommonOptions, Run } from '../context';
import { nextOf } from '../next';
import type { ActOptions } from './on-build';

interface HoldOptions extends CommonOptions {
  readonly reason: string;
  readonly allow: readonly string[];
}

interface Held {
  readonly pipeline: string;
  readonly hold?: Hold;
}

/** `kiln hold`: nothing of a pipeline is rolled out until it is resumed. */
export const hold: Run<HoldOptions> = async ({ terminal, connect }, [pipeline = ''], options) => {
  const remote = await connect(options);
  const { reason, allow } = options;
  const answer = await remote.ask<Held>('POST', `/pipelines/${encodeURIComponent(pipeline)}/hold`, {
    body: { reason, ...(allow.length > 0 && { allow }) },
  });
  if (options.json) terminal.json(answer);
  else
    terminal.print(
      `‖ ${answer.hold?.message ?? `${pipeline} is held: "${reason}"`}`,
      nextOf(options, `kiln resume ${pipeline}`),
    );
  return undefined;
};

/** `kiln resume`: ends what holds a pipeline. */
export const resume: Run<ActOptions> = async ({ terminal, connect }, [pipeline = ''], options) => {
  const remote = await connect(options);
  const answer = await remote.ask<Held>('POST', `/pipelines/${encodeURIComponent(pipeline)}/resume`, {
    body: options.reason === undefined ? {} : { reason: options.reason },
  });
  if (options.json) terminal.json(answer);
  else
    terminal.print(
      answer.hold ? `‖ ${answer.hold.message}` : `✔ ${pipeline} is held no more`,
      nextOf(options, `kiln build ${pipeline}`),
    );
  return undefined;
};
