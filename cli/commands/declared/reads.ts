import { examples, type Registry, takesPlace } from '../context';
import { takesBuild } from './builds';
import { parseAge, parseLimit } from './parsers';

/** Adds the commands that tell what there is, or what would be. */
export function addReads(registry: Registry): void {
  takesPlace(
    takesBuild(
      registry.add(
        'plan [pipeline]',
        'say what a build would do now: exit code 1 if something would stop it',
        async () => (await import('../reads/plan')).plan,
      ),
    ),
  ).addHelpText(
    'after',
    examples(
      'kiln plan web',
      'kiln plan web -p REVISION=v7',
      'kiln build web --plan "$(kiln plan web --json | jq -r .id)"',
    ),
  );
  takesPlace(
    registry
      .add(
        'fleet [pipeline]',
        'say what runs where, and whether that is what should run',
        async () => (await import('../reads/fleet')).fleet,
      )
      .option('--old <age>', 'exit with 1 if a server is older', parseAge),
  ).addHelpText('after', examples('kiln fleet', 'kiln fleet web --old 30d'));
  takesPlace(
    registry
      .add(
        'log <build>',
        "print what the script of a build's server wrote",
        async () => (await import('../reads/log')).log,
      )
      .option('--follow', 'go on until the build is over', false)
      .option('--whole', 'also what the kernel, systemd and cloud-init wrote', false),
  ).addHelpText('after', examples('kiln log web --follow'));
  const images = takesPlace(
    registry
      .add(
        'images [pipeline]',
        'list the images that builds made, and where each runs',
        async () => (await import('../reads/images')).images,
      )
      .option('--limit <number>', 'how many builds of a pipeline are looked through', parseLimit, 50),
  ).addHelpText('after', examples('kiln images web', 'kiln images diff web-01JQ8Y web-01JQ8Z'));
  takesPlace(
    registry.add(
      'diff <before> <after>',
      'say which packages changed between two builds of a pipeline',
      async () => (await import('../reads/images-diff')).diff,
      images,
    ),
  );
  takesPlace(
    registry.add(
      'pipelines',
      'list the pipelines: what serves, what runs, what comes next',
      async () => (await import('../reads/pipelines')).pipelines,
    ),
  ).addHelpText('after', examples('kiln pipelines'));
}
