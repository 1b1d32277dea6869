import { isOver } from '../../remote/answers';
import { describeBuild } from '../../view/build';
import type { Run } from '../context';
import { findBuild, getBuild } from '../find';
import { nextOf } from '../next';
import { afterwards } from './afterwards';

/** `kiln show`: all that there is to say of a build. */
export const show: Run = async ({ terminal, connect }, [word = ''], options) => {
  const remote = await connect(options);
  const build = await getBuild(remote, await findBuild(remote, word, 'newest'));
  if (options.json) {
    terminal.json(build);
    return undefined;
  }
  terminal.print(...describeBuild(build, remote.now(), terminal.columns));
  terminal.print(nextOf(options, ...(isOver(build) ? afterwards(build) : [`kiln watch ${build.id}`])));
  return undefined;
};
