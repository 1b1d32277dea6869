import { randomUUID } from 'node:crypto';
import type { Accepted } from '../../remote/answers';
import type { Run } from '../context';
import { findBuild, findPipeline } from '../find';
import { nextOf } from '../next';
import type { ActOptions } from './on-build';

interface RollbackOptions extends ActOptions {
  readonly build?: string;
  readonly key?: string;
  readonly watch: boolean;
}

/** `kiln rollback`: an earlier image is rolled out again, and the pipeline is held. */
export const rollback: Run<RollbackOptions> = async (context, [name], options) => {
  const { terminal } = context;
  const remote = await context.connect(options);
  const pipeline = await findPipeline(remote, name);
  const build = options.build && (await findBuild(remote, options.build, 'newest'));
  const accepted = await remote.ask<Accepted>('POST', `/pipelines/${encodeURIComponent(pipeline)}/rollback`, {
    body: { ...(build && { build }), ...(options.reason !== undefined && { reason: options.reason }) },
    headers: { 'idempotency-key': options.key ?? `kiln-${randomUUID()}` },
  });
  if (options.watch) {
    if (options.json) terminal.json({ event: 'accepted', build: accepted }, 'line');
    const { watchBuild } = await import('../builds/watch');
    return watchBuild(context, remote, accepted.id, { ...options, until: 'done' });
  }
  if (options.json) terminal.json(accepted);
  else
    terminal.print(
      `${accepted.id}  ${accepted.status}  goes back${build ? ` to the image of ${build}` : ''}`,
      `‖ ${pipeline} is held: schedules and events roll nothing out until kiln resume ${pipeline}`,
      nextOf(options, `kiln watch ${accepted.id}`),
    );
  return undefined;
};
