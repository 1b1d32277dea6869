import type { Plan } from '../../remote/answers';
import { EXIT } from '../../remote/errors';
import type { Remote } from '../../remote/remote';
import { describePlan } from '../../view/plan/plan';
import type { PlanPrice } from '../../view/plan/price';
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
  const price = isBlocked ? undefined : await findPrice(answer, remote);
  if (options.json) terminal.json({ ...answer, ...(price && { price }) });
  else {
    terminal.print(...describePlan(answer, remote.place.region, terminal.columns, price));
    const again = `kiln plan ${pipeline}`;
    const next = isBlocked ? again : `kiln build ${pipeline} --plan ${answer.id} --watch`;
    terminal.print(
      isBlocked ? nextOf(options, again).replace('next', 'after mending') : nextOf(options, next),
    );
  }
  return isBlocked ? EXIT.failed : undefined;
};

/** With the caller's own credentials; nothing where a build uses nothing, or the service is older than this command. */
async function findPrice({ usage }: Plan, { place }: Remote): Promise<PlanPrice | undefined> {
  if (!usage || usage.servers.length + usage.snapshots.length === 0) return undefined;
  const [{ PriceList }, { priceOf }] = await Promise.all([
    import('../../remote/price-list'),
    import('../../view/plan/price'),
  ]);
  return priceOf(usage, place.region, new PriceList(place));
}
