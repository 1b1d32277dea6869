import type { StartOptions } from '../aws';
import type { Api } from '../core/client';
import { clientOf } from '../core/client';
import type { Context } from '../core/context';
import type { AwsEvent } from '../core/event-bus';
import type { Call } from '../core/service';
import type { ServiceClient, ServiceName, ServiceState } from '../services';
import { RunningAws } from '../start';
import { rootCall } from './api';

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

/** @param options `region` (us-east-1), `timeScale` (600) */
export async function newRegion(
  options: StartOptions & { readonly region?: string } = {},
): Promise<NewRegion> {
  const { region = 'us-east-1', ...start } = options;
  const aws = await RunningAws.start({ timeScale: 600, ...start });
  const { context } = aws.account.region(region);
  const events: AwsEvent[] = [];
  context.bus.subscribe((event) => events.push(event));
  return {
    aws,
    context,
    events,
    api: <Name extends ServiceName>(service: Name) =>
      clientOf<ServiceClient<Name>>(context, service, () => rootCall(region)),
    apiAs: <Name extends ServiceName>(service: Name, call: Call) =>
      clientOf<ServiceClient<Name>>(context, service, () => call),
    state: (service) => aws.account.service(service, region),
    [Symbol.asyncDispose]: () => aws.stop(),
  };
}
