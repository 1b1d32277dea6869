import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Execution } from '../services/sfn/execution/execution';
import { addRole } from './functions';
import type { NewRegion } from './region';

/** Makes state machines in a region and runs them, each under a name of its own. */
export interface StateMachineRunner {
  /** Returns the ARN of a state machine with this definition, by the role `app`. */
  create(definition: object, settings?: { name?: string; type?: 'STANDARD' | 'EXPRESS' }): Promise<string>;
  /** Starts an execution. */
  start(stateMachineArn: string, input?: unknown): Promise<Execution>;
  /** Runs states, from the first on, to their end. @param rest more members of the definition */
  run(states: Readonly<Record<string, object>>, input?: unknown, rest?: object): Promise<Execution>;
}

export function runnerOf(region: NewRegion): StateMachineRunner {
  const api = region.api('sfn');
  let made = 0;
  const runner: StateMachineRunner = {
    create: async (definition, { name, type } = {}) => {
      made += 1;
      const { stateMachineArn = '' } = await api.CreateStateMachine({
        name: name ?? `machine-${made}`,
        type,
        definition: JSON.stringify(definition),
        roleArn: await addRole(region, 'app'),
      });
      return stateMachineArn;
    },
    start: async (stateMachineArn, input = {}) => {
      const { executionArn } = await api.StartExecution({ stateMachineArn, input: JSON.stringify(input) });
      return region.state('sfn').executions.get(executionArn);
    },
    run: async (states, input, rest = {}) => {
      const [StartAt] = Object.keys(states);
      const execution = await runner.start(await runner.create({ ...rest, StartAt, States: states }), input);
      await execution.ended;
      return execution;
    },
  };
  return runner;
}

/** What an execution gave. */
export function outputOf({ output }: Execution) {
  return JSON.parse(output ?? 'null');
}

/** The types of an execution's events, oldest first. */
export function typesOf({ events }: Execution): HistoryEvent['type'][] {
  return events.map(({ type }) => type);
}
