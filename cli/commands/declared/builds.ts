import type { Command } from 'commander';
import { examples, type Registry, takesPlace } from '../context';
import { collect, parseLimit, parseUntil } from './parsers';

/** Adds the commands that start builds and show them. */
export function addBuilds(registry: Registry): void {
  takesPlace(
    takesBuild(
      registry.add(
        'build [pipeline]',
        'start a build: of the release, or with other parameters',
        async () => (await import('../builds/build')).build,
      ),
    )
      .option('--hotfix', 'wait for no window, and for no alarm that rings; wants a reason', false)
      .option('--reason <text>', 'why, for the record')
      .option('--plan <id>', 'do what this plan says, or fail')
      .option('--key <text>', 'idempotency key: the same key gives the same build for a day')
      .option('--watch', 'follow it to its end; the exit code says how it ended', false)
      .option('--until <what>', 'follow it to its image or its approval only', parseUntil),
  ).addHelpText(
    'after',
    examples(
      'kiln build web -p REVISION=v7 --reason "new checkout" --watch',
      'kiln build web --no-rollout --until image',
      'kiln build web --plan p-7f3 --json',
    ),
  );
  takesPlace(
    registry
      .add(
        'watch <build>',
        'follow a build to its end: an id, or a pipeline (its running or newest build)',
        async () => (await import('../builds/watch')).watch,
      )
      .option('--until <what>', 'image, approval or done', parseUntil, 'done')
      .option(
        '--log',
        'also what the script writes, in a pipe; on a terminal its last lines are shown anyway',
        false,
      ),
  ).addHelpText(
    'after',
    examples(
      'kiln watch web',
      'kiln watch web --until approval && kiln approve web --reason "looked at it"',
      'kiln watch web --json | jq -r .stage.stage',
    ) + WATCH,
  );
  takesPlace(
    registry
      .add(
        'builds [pipeline]',
        'list builds, newest first: of a pipeline, or of all',
        async () => (await import('../builds/builds')).builds,
      )
      .option('--limit <number>', 'how many at most', parseLimit, 20),
  ).addHelpText(
    'after',
    examples(
      'kiln builds web --limit 5',
      "kiln builds web --json | jq -r '.builds[] | [.id, .status] | @tsv'",
    ),
  );
  takesPlace(
    registry.add(
      'show <build>',
      'show a build: an id, or a pipeline (its running or newest build)',
      async () => (await import('../builds/show')).show,
    ),
  ).addHelpText('after', examples('kiln show web', 'kiln show web-01JQ8Z --json'));
}

const WATCH = `
It ends with the build. Ctrl-C ends the command alone, with exit code 130: the build goes on.`;

/** What a build is asked for with, and a plan as well. */
export function takesBuild(command: Command): Command {
  return command
    .option('-p, --parameter <NAME=value>', 'the value of a parameter; may be given again', collect, {})
    .option('--once', 'the parameters are for this build only: the release stays what it is', false)
    .option('--force', 'bake though an image of the same is there', false)
    .option('--no-rollout', 'bake and publish the image, and roll nothing out');
}
