import { type Build, hasSucceeded } from '../../remote/answers';

/** The commands that one would type after a build that is over. */
export function afterwards(build: Build): string[] {
  const { pipeline, rollouts } = build;
  if (!hasSucceeded(build))
    return build.status === 'SKIPPED' ? [`kiln resume ${pipeline}`] : [`kiln build ${pipeline}`];
  if (rollouts.length === 0) return [`kiln builds ${pipeline}`];
  return [`kiln fleet ${pipeline}`, `kiln rollback ${pipeline} --reason …`];
}
