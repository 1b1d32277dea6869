import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { badToken, pageSize } from '../paging';
import { publishVersion, splitArn } from '../state-machine';
import type { Machines } from '../state-machines';

/** Versions of state machines. */
export function versionOperations(context: Context, machines: Machines) {
  return {
    PublishStateMachineVersion: (input) => {
      const machine = machines.base(input.stateMachineArn);
      if (input.revisionId !== undefined && input.revisionId !== (machine.revisionId ?? 'INITIAL'))
        throw new AwsError(
          'ConflictException',
          `Failed to publish the State Machine version for revision ${input.revisionId}. The current State Machine revision is ${machine.revisionId ?? 'INITIAL'}.`,
        );
      const { versionArn, createdAt } = publishVersion(machine, input.description, context.clock.now());
      return { stateMachineVersionArn: versionArn, creationDate: createdAt };
    },
    ListStateMachineVersions: (input) => {
      const all = [...machines.base(input.stateMachineArn).versions.values()].reverse();
      const page = takePage(all, {
        token: input.nextToken,
        size: pageSize(input.maxResults),
        refuse: badToken,
      });
      return {
        stateMachineVersions: page.items.map(({ versionArn, createdAt }) => ({
          stateMachineVersionArn: versionArn,
          creationDate: createdAt,
        })),
        nextToken: page.next,
      };
    },
    DeleteStateMachineVersion: (input) => {
      const [base, qualifier] = splitArn(input.stateMachineVersionArn ?? '');
      if (!/^\d+$/.test(qualifier ?? ''))
        throw new AwsError(
          'ValidationException',
          `The provided ARN is not a State Machine version ARN: ${input.stateMachineVersionArn}`,
        );
      machines.find(base)?.versions.delete(Number(qualifier));
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-sfn')>;
}
