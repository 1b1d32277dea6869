import type { Command } from 'commander';
import { examples, type Registry, takesPlace } from '../context';
import { add, parseSkip } from './parsers';

/** Adds the commands that do something with a build, a pipeline or an image. */
export function addActs(registry: Registry): void {
  takesPlace(
    takesReason(
      registry.add(
        'abort <build>',
        'stop a build and undo what it made: by its id, or that of a pipeline which runs',
        async () => (await import('../acts/abort')).abort,
      ),
    ).option('--now', 'cancel a refresh without waiting for servers that come and go', false),
  ).addHelpText('after', examples('kiln abort web --reason "wrong revision"', 'kiln abort web-01JQ8Z --now'));
  takesPlace(
    takesReason(
      registry.add(
        'approve <build>',
        'let a build that waits for a person roll out',
        async () => (await import('../acts/approve')).approve,
      ),
    ),
  ).addHelpText('after', examples('kiln approve web --reason "looked at the packages"'));
  takesPlace(
    takesReason(
      registry.add(
        'reject <build>',
        'end a build that waits for a person',
        async () => (await import('../acts/approve')).reject,
      ),
    ),
  ).addHelpText('after', examples('kiln reject web --reason "not before Monday"'));
  takesPlace(
    takesReason(
      registry.add(
        'promote <build>',
        'end the wait in which a build is',
        async () => (await import('../acts/promote')).promote,
      ),
    ).option(
      '--skip <what>',
      'wait: the present one; window: that for its window; all: all that come',
      parseSkip,
      'wait',
    ),
  ).addHelpText('after', examples('kiln promote web --skip wait --reason "long enough"'));
  takesPlace(
    registry
      .add(
        'rollback [pipeline]',
        'roll an earlier image out again, with its parameters, and hold the pipeline',
        async () => (await import('../acts/rollback')).rollback,
      )
      .requiredOption('--reason <text>', 'why, for the record')
      .option('--build <build>', 'the build whose image it shall be, instead of the one before')
      .option('--key <text>', 'idempotency key: the same key gives the same build for a day')
      .option('--watch', 'follow it to its end; the exit code says how it ended', false),
  ).addHelpText(
    'after',
    examples(
      'kiln rollback web --reason "5xx on /pay" --watch',
      'kiln rollback web --build web-01JQ8Z --reason "known good"',
    ),
  );
  takesPlace(
    registry
      .add(
        'revoke <image>',
        'call an image bad, by its id or its build: nothing uses it again',
        async () => (await import('../acts/revoke')).revoke,
      )
      .requiredOption('--reason <text>', 'why, for the record')
      .option('--rollback', 'roll back what uses it', false),
  ).addHelpText('after', examples('kiln revoke ami-0123456789abcdef0 --reason "CVE-2026-1234" --rollback'));
  takesPlace(
    registry
      .add(
        'unrevoke <image>',
        'take back that an image is revoked: it may be used again; nothing is rolled out',
        async () => (await import('../acts/revoke')).unrevoke,
      )
      .requiredOption('--reason <text>', 'why, for the record'),
  ).addHelpText('after', examples('kiln unrevoke ami-0123456789abcdef0 --reason "it was the cache"'));
  takesPlace(
    registry
      .add(
        'hold <pipeline>',
        'let nothing of a pipeline be rolled out until it is resumed',
        async () => (await import('../acts/hold')).hold,
      )
      .requiredOption('--reason <text>', 'why, for those who want to build')
      .option('--allow <arn>', 'who may pass; may be given again', add, []),
  ).addHelpText(
    'after',
    examples('kiln hold web --reason "freeze until Monday" --allow arn:aws:iam::111122223333:role/oncall'),
  );
  takesPlace(
    takesReason(
      registry.add(
        'resume <pipeline>',
        'end what holds a pipeline',
        async () => (await import('../acts/hold')).resume,
      ),
    ),
  ).addHelpText('after', examples('kiln resume web'));
}

function takesReason(command: Command): Command {
  return command.option('--reason <text>', 'why, for the record');
}
