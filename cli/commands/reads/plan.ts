import type { Plan } from '../../remote/answers';
import { EXIT } from '../../remote/errors';
import { describePlan } from '../../view/plan';
import { type BuildOptions, bodyOf } from '../builds/build';
import type { Run } from '../context';
import { findPipeline } from '../find';
import { nextOf } from '../next';

/** `kiln plan`: what a build would do now. It changes nothing. */
export const plan: Run<BuildOptions> = async ({ terminal, connect }, [name], options) => {
  const remote = await connect(options);
  const pipeline = await findPipeline(remote, name);
  const answer = await remote.ask<Plan>('POST', `/pipelines/${encodeURIComponent(pipeline)}/plan`, {
    body: bodyOf(options),
  });
  const isBlocked = answer.blockers.length > 0;
  if (options.json) terminal.json(answer);
  else {
    terminal.print(...describePlan(answer, remote.place.region, terminal.columns));
    const again = `kiln plan ${pipeline}`;
    const next = isBlocked ? again : `kiln build ${pipeline} --plan ${answer.id} --watch`;
    terminal.print(
      isBlocked ? nextOf(options, again).replace('next', 'after mending') : nextOf(options, next),
    );
  }
  return isBlocked ? EXIT.failed : undefined;
};
