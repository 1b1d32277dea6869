import { zipSync } from 'fflate';
import type { StartOptions } from '../aws';
import { type Api, clientOf } from '../core/client';
import type { Context } from '../core/context';
import type { AwsEvent } from '../core/event-bus';
import type { Call, ServiceDefinition } from '../core/service';
import { type ServiceClient, type ServiceName, type ServiceState, services } from '../services';
import { RunningAws } from '../start';
import { rootCall, withoutState } from './api';
import { leapUnless } from './leap-unless';
import { waitOn } from './until';

/** One region of a newborn account with all its services, seen from inside. */
export interface NewRegion extends AsyncDisposable {
  readonly aws: RunningAws;
  readonly context: Context;
  /** All that was announced on the region's buses, oldest first. */
  readonly events: readonly AwsEvent[];
  /** A service's operations, called by the root user through the corridor: `region.api('ec2').CreateVpc({ … })`. */
  api<Name extends ServiceName>(service: Name): Api<ServiceClient<Name>>;
  /** As `api`, by another caller. */
  apiAs<Name extends ServiceName>(service: Name, call: Call): Api<ServiceClient<Name>>;
  /** What the service keeps: for a look at what no operation shows. */
  state<Name extends ServiceName>(service: Name): ServiceState<Name>;
}

export interface RegionOptions extends StartOptions {
  /** us-east-1 by default. */
  readonly region?: string;
  /** Operations in the place of real ones, for what a test cannot bring about otherwise: `{ lambda: { Invoke: … } }`. */
  readonly instead?: {
    readonly [Name in ServiceName]?: Readonly<Record<string, (input: never, call: Call) => unknown>>;
  };
}

/** A newborn account whose time leaps while `until` waits, unless the options say otherwise. */
export async function newRegion(options: RegionOptions = {}): Promise<NewRegion> {
  const { region = 'us-east-1', instead = {}, ...start } = options;
  const aws = await RunningAws.start(leapUnless(start), withInstead(instead));
  const forget = waitOn(aws.clock);
  const { context } = aws.account.region(region);
  const events: AwsEvent[] = [];
  context.bus.subscribe((event) => events.push(event));
  const apiAs = <Name extends ServiceName>(service: Name, makeCall: () => Call) =>
    clientOf<ServiceClient<Name>>(context, service, makeCall);
  return {
    aws,
    context,
    events,
    api: (service) => apiAs(service, () => rootCall(region)),
    apiAs: (service, call) => apiAs(service, () => call),
    state: (service) => aws.account.service(service, region),
    async [Symbol.asyncDispose]() {
      forget();
      await aws.stop();
    },
  };
}

function withInstead(
  instead: NonNullable<RegionOptions['instead']>,
): Readonly<Record<string, ServiceDefinition>> {
  const definitions: Record<string, ServiceDefinition> = { ...services };
  for (const [name, others = {}] of Object.entries(instead)) {
    const definition = services[name as ServiceName] as ServiceDefinition;
    const operations = { ...definition.operations, ...withoutState(others) };
    definitions[name] = { ...definition, operations };
  }
  return definitions;
}

/** A function that is there, with a policy that lets everybody named invoke it. Returns its ARN. */
export async function addFunction(
  region: NewRegion,
  name: string,
  options: { readonly source?: string; readonly permit?: readonly string[] } = {},
): Promise<string> {
  const { source = 'exports.handler = async (event) => event', permit = [] } = options;
  const iam = region.api('iam');
  const Role = `arn:aws:iam::${region.context.accountId}:role/functions`;
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  await iam
    .CreateRole({ RoleName: 'functions', AssumeRolePolicyDocument: JSON.stringify(trust) })
    .catch(() => {});
  const lambda = region.api('lambda');
  const { FunctionArn = '' } = await lambda.CreateFunction({
    FunctionName: name,
    Role,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipSync({ 'index.js': Buffer.from(source) }) },
  });
  for (const [i, Principal] of permit.entries())
    await lambda.AddPermission({
      FunctionName: name,
      StatementId: `permit-${i}`,
      Action: 'lambda:InvokeFunction',
      Principal,
    });
  return FunctionArn;
}
