import { Clock } from '../core/clock';
import { Faults } from '../core/faults';
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

/** The APIs of some services without an account around them, each with the state that a test gives it. */
export interface ApiOfStates {
  readonly corridor: Corridor;
  answer(service: string, request: WireRequest, call?: Call): Promise<WireResponse>;
}

/** @param states by the folder's name of the service */
export function apiOf(states: Readonly<Record<string, unknown>>): ApiOfStates {
  return apiOfDefinitions(services, (service) => states[service]);
}

/** A service's API with operations of a test's own: what the wire makes of requests and answers. */
export function apiWith(
  service: ServiceName,
  operations: Readonly<Record<string, (input: never, call: Call) => unknown>>,
): ApiOfStates {
  const { serve: _serve, speak: _speak, ...definition }: ServiceDefinition = services[service];
  const faked = { ...definition, operations: () => operations } as unknown as ServiceDefinition;
  return apiOfDefinitions({ [service]: faked }, () => undefined);
}

function apiOfDefinitions(
  definitions: Readonly<Record<string, ServiceDefinition>>,
  find: (service: string) => unknown,
): ApiOfStates {
  const clock = new Clock(1);
  const parts = {
    models: new ApiModels(),
    clock,
    faults: new Faults(),
    throttles: new Throttles(clock, false),
    calls: new CallLog(),
    definitions,
    find,
  };
  const corridor = new Corridor(parts);
  const door = new ApiDoor({ ...parts, corridor });
  return { corridor, answer: (service, request, call = rootCall()) => door.answer(service, request, call) };
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
