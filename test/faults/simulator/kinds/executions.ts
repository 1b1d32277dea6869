import {
  DescribeStateMachineCommand,
  RedriveExecutionCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { STATES } from '../workflow';
import type { Armed, Kind } from './kind';

async function stop({ world, build }: Armed): Promise<void> {
  await new SFNClient(world.settings).send(
    new StopExecutionCommand({ executionArn: world.executionArn(build) }),
  );
}

/** Somebody stops the execution as it comes to a state, and may have it go on there later. */
export const EXECUTION_KINDS: readonly Kind[] = [
  {
    name: 'execution aborted',
    heals: false,
    once: 'execution',
    at: STATES,
    spoils: ['execution'],
    range: { delay: [0, 3] },
    arm: (armed) => {
      armed.world.act(armed.drawn.delay, async () => {
        await stop(armed);
        armed.struck();
      });
      return undefined;
    },
  },
  {
    name: 'execution aborted and redriven',
    heals: false,
    once: 'execution',
    at: STATES,
    spoils: ['execution'],
    range: { delay: [1, 300] },
    arm: (armed) => {
      const { world, build, drawn } = armed;
      world.act(0, async () => {
        await stop(armed);
        await world.sleep(drawn.delay);
        await new SFNClient(world.settings).send(
          new RedriveExecutionCommand({
            executionArn: world.executionArn(build),
            clientToken: `redrive-${build}`,
          }),
        );
        armed.struck();
      });
      return undefined;
    },
  },
  {
    name: 'execution timed out',
    heals: false,
    once: 'execution',
    at: ['Plan'],
    spoils: ['execution'],
    range: { delay: [20, 900] },
    // How long an execution may take is its state machine's affair: a shorter time has the build run out of it anywhere.
    arm: () => undefined,
  },
];

/** Gives executions that begin from now on so long. @returns how to take that back */
export async function shortenExecutions(
  settings: ConstructorParameters<typeof SFNClient>[0],
  stateMachineArn: string,
  seconds: number,
): Promise<() => Promise<void>> {
  const states = new SFNClient(settings ?? {});
  const { definition = '' } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const shorter = JSON.stringify({ ...JSON.parse(definition), TimeoutSeconds: seconds });
  await states.send(new UpdateStateMachineCommand({ stateMachineArn, definition: shorter }));
  return async () => {
    await states.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
  };
}
