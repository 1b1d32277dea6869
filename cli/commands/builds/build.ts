import { randomUUID } from 'node:crypto';
import type { Accepted } from '../../remote/answers';
import type { CommonOptions, Context, Run } from '../context';
import { findPipeline } from '../find';
import { nextOf } from '../next';
import type { Until } from './until';

export interface BuildOptions extends CommonOptions {
  readonly parameter: Readonly<Record<string, string>>;
  readonly once: boolean;
  readonly force: boolean;
  readonly rollout: boolean;
  readonly hotfix?: boolean;
  readonly reason?: string;
  readonly plan?: string;
  readonly key?: string;
  readonly watch: boolean;
  readonly until?: Until;
}

/** `kiln build`: asks for a build, and follows it if that is asked for. */
export const build: Run<BuildOptions> = async (context, [name], options) => {
  const remote = await context.connect(options);
  const pipeline = await findPipeline(remote, name);
  const accepted = await remote.ask<Accepted>('POST', `/pipelines/${encodeURIComponent(pipeline)}/builds`, {
    body: bodyOf(options),
    // With a key of its own a call may be made again where the answer was lost: the build is the same.
    headers: { 'idempotency-key': options.key ?? `kiln-${randomUUID()}` },
  });
  if (!options.watch && options.until === undefined) return tell(context, accepted, options);
  if (options.json) context.terminal.json({ event: 'accepted', build: accepted }, 'line');
  const { watchBuild } = await import('./watch');
  return watchBuild(context, remote, accepted.id, { ...options, until: options.until ?? 'done' });
};

/** What is not asked for is left out: a service that is older knows fewer fields. */
export function bodyOf({ parameter, once, force, rollout, hotfix, reason, plan }: BuildOptions) {
  return {
    ...(Object.keys(parameter).length > 0 && { parameters: parameter }),
    ...(once && { once }),
    ...(force && { force }),
    ...(!rollout && { rollout }),
    ...(hotfix && { hotfix }),
    ...(reason !== undefined && { reason }),
    ...(plan !== undefined && { plan }),
  };
}

function tell({ terminal }: Context, accepted: Accepted, options: BuildOptions): undefined {
  if (options.json) terminal.json(accepted);
  else terminal.print(`${accepted.id}  ${accepted.status}`, nextOf(options, `kiln watch ${accepted.id}`));
}
