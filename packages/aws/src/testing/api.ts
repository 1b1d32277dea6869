import { Clock } from '../core/clock';
import { Faults } from '../core/faults/faults';
import type { Call, ServiceDefinition, WireRequest, WireResponse } from '../core/service';
import { ApiDoor } from '../corridor/api-door';
import { CallLog } from '../corridor/call-log';
import { Corridor } from '../corridor/corridor';
import { Throttles } from '../corridor/throttles';
import { type ServiceName, services } from '../services';
import { ApiModels } from '../wire/api-model';

/** The call of an account's root user. */
export function rootCall(region = 'us-east-1', requestId = 'request-1'): Call {
  const principal = {
    accessKeyId: 'test',
    accountId: '000000000000',
    arn: 'arn:aws:iam::000000000000:root',
    userId: '000000000000',
  };
  return { region, accountId: principal.accountId, requestId, principal };
}

/** Operations of a test's own, as a service's definition has them: without a look at the service's state. */
export function withoutState(
  operations: Readonly<Record<string, (input: never, call: Call) => unknown>>,
): ServiceDefinition['operations'] {
  return Object.fromEntries(
    Object.entries(operations).map(([name, run]) => [
      name,
      (_state: unknown, input: unknown, call: Call) => run(input as never, call),
    ]),
  );
}

/** A service's API with operations of a test's own, and no account around it: what the wire makes of requests and answers. */
export function apiWith(
  service: ServiceName,
  operations: Readonly<Record<string, (input: never, call: Call) => unknown>>,
): { answer(service: string, request: WireRequest, call?: Call): Promise<WireResponse> } {
  const { serve: _serve, speak: _speak, ...definition }: ServiceDefinition = services[service];
  const clock = new Clock(1);
  const parts = {
    models: new ApiModels(),
    clock,
    faults: new Faults(() => clock.millis()),
    throttles: new Throttles(clock, false),
    calls: new CallLog(),
    definitions: { [service]: { ...definition, operations: withoutState(operations) } },
    find: () => undefined,
    kill: () => false,
    sleep: (seconds: number) => clock.sleep(seconds),
  };
  const door = new ApiDoor({ ...parts, corridor: new Corridor(parts) });
  return { answer: (name, request, call = rootCall()) => door.answer(name, request, call) };
}

/** A request as the door reads one. */
export function requestOf(fields: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    rawQuery: '',
    headers: {},
    body: Buffer.alloc(0),
    host: 'localhost',
    ...fields,
  };
}
