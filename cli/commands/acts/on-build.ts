import { type Accepted, type Build, isOver } from '../../remote/answers';
import type { CommonOptions, Run } from '../context';
import { findBuild } from '../find';
import { nextOf } from '../next';

export interface ActOptions extends CommonOptions {
  readonly reason?: string;
}

/**
 * A command that does something with a build that runs: named by its id, or by its pipeline.
 *
 * @param act the route below the build
 * @param done what the service does now, in words
 * @param more what the body has beside the reason
 * @param isMeant which of several builds of a pipeline is meant
 */
export function onBuild<Options extends ActOptions>(
  act: string,
  done: string,
  more: (options: Options) => Readonly<Record<string, unknown>> = () => ({}),
  isMeant?: (build: Build) => boolean,
): Run<Options> {
  return async ({ terminal, connect }, [word = ''], options) => {
    const remote = await connect(options);
    const id = await findBuild(remote, word, 'running', isMeant);
    const accepted = await remote.ask<Accepted>('POST', `/builds/${encodeURIComponent(id)}/${act}`, {
      body: { ...more(options), ...(options.reason !== undefined && { reason: options.reason }) },
    });
    if (options.json) terminal.json(accepted);
    else {
      const next = isOver(accepted) ? `kiln show ${id}` : `kiln watch ${id}`;
      terminal.print(`${id}  ${accepted.status}  ${done}`, nextOf(options, next));
    }
    return undefined;
  };
}
