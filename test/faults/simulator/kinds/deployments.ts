import { ENDING, NIGHT, STATES } from '../workflow';
import { type Deed, person } from './deed';
import type { Kind } from './kind';

/** Needs a later deployment that is packaged. */
export const LATER_DEPLOYMENT = 'service deployed with another version';

/** At any moment, while a build is undone or the janitor works, too; once or twice. */
const ANYTIME: Pick<Kind, 'at' | 'range'> = {
  at: ['postBuild', ...STATES, ...ENDING, NIGHT],
  range: { times: 2, delay: [0, 120] },
};

const deploy =
  (isOther: boolean): Deed =>
  async ({ world, drawn }) => {
    for (let times = 0; times < drawn.times; times += 1) {
      if (times > 0) await world.sleep(drawn.choice);
      const { edition } = world.deployments;
      await world.people.deploy(isOther ? (edition === 'first' ? 'later' : 'first') : edition);
    }
    return true;
  };

/** The service is deployed anew while it works. */
export const DEPLOYMENT_KINDS: readonly Kind[] = [
  { name: 'service deployed anew', heals: true, ...ANYTIME, arm: person(deploy(false)) },
  // The version of `web` that builds are planned with is that of the deployment then, also where somebody had pushed one.
  { name: LATER_DEPLOYMENT, heals: true, ...ANYTIME, arm: person(deploy(true)) },
];
