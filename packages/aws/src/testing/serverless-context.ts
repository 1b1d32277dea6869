import { connect, type Socket } from 'node:net';
import { zipSync } from 'fflate';
import { Clock } from '../core/clock';
import type { Context } from '../core/context';
import { EventBus } from '../core/event-bus';
import { Faults } from '../core/faults';
import { Ledger } from '../core/ledger';
import { serviceCall } from '../core/service-call';
import { LogsState } from '../services/cloudwatch-logs/state';
import { Lambda } from '../services/lambda';
import type { SnsTopics } from '../services/target-services';
import { noCorridor } from './no-corridor';

export const accountId = '000000000000';
export const roleArn = `arn:aws:iam::${accountId}:role/app`;

/** A context whose clock runs a thousand times as fast. */
export function makeContext(scale = 1000): Context {
  const clock = new Clock(scale);
  return {
    region: 'us-east-1',
    accountId,
    clock,
    ledger: new Ledger(() => clock.millis()),
    bus: new EventBus('us-east-1', accountId, () => clock.now()),
    faults: new Faults(),
    endpoint: 'http://127.0.0.1:4566',
    ...noCorridor,
  };
}

/** Lambda with real sandboxes and logs, and the smallest surroundings that it can stand on. */
export function makeLambda(
  context: Context,
  options: {
    connect?: (host: string, port: number) => Promise<Socket>;
    sns?: SnsTopics;
  } = {},
) {
  const logs = new LogsState(context);
  const interfaces: string[] = [];
  const lambda = new Lambda(context, {
    logs,
    sns: options.sns,
    iam: {
      role: (arn) =>
        arn === roleArn ? { arn, name: 'app', assumableBy: ['lambda.amazonaws.com'] } : undefined,
      issue: (_role, session) => ({
        accessKeyId: `ASIA${session}`,
        secretAccessKey: 'secret',
        sessionToken: 'token',
        expiration: new Date(context.clock.millis() + 10 * 365 * 86_400_000),
      }),
    },
    ec2: {
      subnet: (id) => ({ SubnetId: id, VpcId: 'vpc-1' }),
      securityGroup: (id) => ({ GroupId: id }),
      createInterface: ({ subnetId, groupIds }) => {
        const interfaceId = `eni-${subnetId}-${groupIds.join('-')}`;
        interfaces.push(interfaceId);
        return { interfaceId, privateIp: '10.0.0.9' };
      },
      deleteInterface: (id) => void interfaces.splice(interfaces.indexOf(id), 1),
    },
    network: {
      connect: (_source, host, port) => options.connect?.(host, port) ?? connectDirectly('127.0.0.1', port),
    },
    s3: { readObject: () => zipOf('exports.handler = async () => "from s3"') },
  });
  return { lambda, logs, interfaces };
}

function connectDirectly(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** A deployment package with one file. */
export function zipOf(source: string, file = 'index.js'): Uint8Array {
  return zipSync({ [file]: Buffer.from(source) });
}

/** Creates a function from its source and waits until it is Active. */
export async function addFunction(
  lambda: Lambda,
  name: string,
  source: string,
  settings: {
    file?: string;
    handler?: string;
    runtime?: 'nodejs20.x' | 'nodejs24.x';
    timeout?: number;
    variables?: Record<string, string>;
    inVpc?: boolean;
  } = {},
): Promise<string> {
  const created = await lambda.operations.CreateFunction({
    FunctionName: name,
    Role: roleArn,
    Runtime: settings.runtime ?? 'nodejs24.x',
    Handler: settings.handler ?? 'index.handler',
    Timeout: settings.timeout,
    Environment: { Variables: settings.variables ?? {} },
    VpcConfig: settings.inVpc ? { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } : undefined,
    Code: { ZipFile: zipOf(source, settings.file) },
  });
  await until(() => lambda.operations.GetFunctionConfiguration({ FunctionName: name }).State === 'Active');
  return created.FunctionArn ?? '';
}

/** A call of the account's root user. */
export function callOf(context: Context) {
  return { ...serviceCall(context, 'test'), traceId: undefined };
}

/** Resolves as soon as the condition holds, which is asked every millisecond; rejects after 45 seconds without it. */
export async function until(condition: () => unknown): Promise<void> {
  const end = performance.now() + 45_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`this never became true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
