import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { newBuildId } from '../../src/build/id';
import { createRecord } from '../../src/build/record';
import type { RunningSample } from '../e2e/running-sample';

/** A function whose parameter names its image only once SSM has found that. */
const SSM_LOOKS = /SSM (?:has not written|takes no other value)/;

/** What tests do with the deployed service beside what users do. */
export class Kit {
  constructor(readonly sample: RunningSample) {}

  /** Calls a function as AWS does, again where the state machine would: SSM writes images after it has answered. @throws what the function throws */
  async call<Result = unknown>(name: string, input: object = {}): Promise<Result> {
    const { FunctionError, Payload } = await new LambdaClient(this.sample.settings).send(
      new InvokeCommand({ FunctionName: `kiln-prod-${name}`, Payload: Buffer.from(JSON.stringify(input)) }),
    );
    const text = Buffer.from(Payload ?? []).toString();
    if (FunctionError && SSM_LOOKS.test(text)) {
      await this.sample.aws.clock.sleep('10s');
      return this.call(name, input);
    }
    if (FunctionError) throw new Error(`${name}: ${text}`);
    return JSON.parse(text || 'null') as Result;
  }

  executionOf(build: string): string {
    return `${this.sample.service.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${build}`;
  }

  /** Stops the execution of a build, and has all undone that it has made. */
  async end(build: string): Promise<void> {
    await new SFNClient(this.sample.settings).send(
      new StopExecutionCommand({ executionArn: this.executionOf(build) }),
    );
    await this.call('cleanUp', { detail: { name: build, status: 'ABORTED' } });
  }

  /** Gives a lease to a build, as far as the table says: until a time in seconds since 1970. */
  async lease(kind: 'LOCK' | 'LEASE', name: string, build: string, until: number): Promise<number> {
    const table = DynamoDBDocumentClient.from(new DynamoDBClient(this.sample.settings));
    const { Attributes } = await table.send(
      new UpdateCommand({
        ...{ TableName: this.sample.service.TableName, Key: { pk: `${kind}#${name}`, sk: kind } },
        UpdateExpression: 'SET #build = :build, #until = :until ADD #fence :one',
        ExpressionAttributeNames: { '#build': 'build', '#until': 'until', '#fence': 'fence' },
        ExpressionAttributeValues: { ':build': build, ':until': until, ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Number(Attributes?.fence);
  }

  /** Somebody died who had the lease: there is neither a record nor an execution of that build, and its time is over. */
  leave(kind: 'LOCK' | 'LEASE', name: string): Promise<number> {
    return this.lease(kind, name, newBuildId('vault'), 1);
  }

  /** A build that runs, as far as its record and its lock say. */
  async begin(pipeline: string): Promise<{ id: string; pipeline: string; fence: number }> {
    const id = newBuildId(pipeline);
    await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
    return this.hold(id, pipeline);
  }

  /** Gives a build the lock of its pipeline for an hour. */
  async hold(id: string, pipeline: string): Promise<{ id: string; pipeline: string; fence: number }> {
    const hour = this.sample.aws.clock.now().getTime() / 1000 + 3600;
    return { id, pipeline, fence: await this.lease('LOCK', pipeline, id, Math.floor(hour)) };
  }
}
