import { Argument, type Command } from 'commander';
import { examples, type Registry, takesPlace } from '../context';

/** Adds the commands that check things, and the one for shells. */
export function addChecks(registry: Registry, program: Command): void {
  registry
    .add(
      'validate [pipeline]',
      'check the files of pipelines, of all or one; nothing is packaged',
      async () => (await import('../checks/validate')).validate,
    )
    .option('--folder <path>', 'the folder of the pipelines, instead of pipelines/')
    .option('--stage <stage>', 'as they are in this stage, instead of in all that have files of their own')
    .option('--json', 'print JSON instead: docs/command.md has the shape', false)
    .addHelpText('after', examples('kiln validate', 'kiln validate web --stage test'));
  takesPlace(
    registry
      .add(
        'adopt <group>',
        'write the pipeline for an Auto Scaling group that is there, and say what must be changed of it first',
        async () => (await import('../adopt/adopt')).adopt,
      )
      .option('--pipeline <name>', 'the name of the pipeline, instead of one made of that of the group')
      .option('--write', 'write its folder, instead of printing the file', false)
      .option('--folder <path>', 'the folder of the pipelines, instead of pipelines/'),
  ).addHelpText('after', examples('kiln adopt shop-asg', 'kiln adopt shop-asg --pipeline shop --write'));
  takesPlace(
    registry
      .add(
        'gc',
        'remove what builds that are over have left, and old images: as each night, now',
        async () => (await import('../checks/gc')).gc,
      )
      .option('--dry-run', 'only say what would be removed, and why the rest stays', false),
  ).addHelpText('after', examples('kiln gc --dry-run'));
  takesPlace(
    registry.add(
      'doctor',
      'say what would make a build fail, and what mends it',
      async () => (await import('../doctor/doctor')).doctor,
    ),
  ).addHelpText('after', examples('kiln doctor', 'kiln doctor --stage test --json'));
  registry
    .add('completion', 'print what a shell needs to complete commands', async () => {
      const { completion } = await import('../checks/completion');
      return async (context, [shell = '']) => completion(context, shell, program);
    })
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        'eval "$(kiln completion bash)"',
        'kiln completion fish > ~/.config/fish/completions/kiln.fish',
      ),
    );
}
