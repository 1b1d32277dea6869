import type { EventBus as BusOutput } from '@aws-sdk/client-eventbridge';
import { parsePolicy } from 'aws-languages/policy/document';
import { takePage } from '../../../core/paging';
import { alreadyExists, badToken, notFound, notValid } from '../errors';
import type { Bus, Op } from '../state';

interface Policy {
  readonly Version: string;
  Statement: { readonly Sid: string; readonly [key: string]: unknown }[];
}

export const CreateEventBus: Op<'CreateEventBus'> = (events, input) => {
  const name = input.Name ?? '';
  if (name === 'default' || name.startsWith('aws.')) throw notValid(`Event bus name ${name} is not valid.`);
  if (events.buses.has(name)) throw alreadyExists(`Event bus ${name} already exists.`);
  const bus = events.addBus(name);
  bus.description = input.Description;
  for (const { Key = '', Value = '' } of input.Tags ?? []) bus.tags.set(Key, Value);
  return { EventBusArn: bus.arn, Description: bus.description };
};

export const DescribeEventBus: Op<'DescribeEventBus'> = (events, input) => describe(events.bus(input.Name));

export const ListEventBuses: Op<'ListEventBuses'> = (events, input) => {
  const buses = [...events.buses.values()].filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
  const page = takePage(buses, {
    token: input.NextToken,
    size: input.Limit ?? 100,
    idOf: ({ name }) => name,
    refuse: badToken,
  });
  return { EventBuses: page.items.map(describe), NextToken: page.next };
};

export const DeleteEventBus: Op<'DeleteEventBus'> = (events, input) => {
  if (input.Name === 'default') throw notValid('Cannot delete event bus default.');
  const bus = events.buses.get(input.Name ?? '');
  if (!bus) return {};
  if (bus.rules.size > 0) throw notValid(`Event bus ${bus.name} can't be deleted since it has rules.`);
  events.buses.delete(bus.name);
  return {};
};

export const PutPermission: Op<'PutPermission'> = (events, input) => {
  const bus = events.bus(input.EventBusName);
  if (input.Policy !== undefined) {
    parsePolicy(input.Policy, {
      kind: 'resource',
      refuse: ({ message }) => notValid(`Parameter Policy is not valid. Reason: ${message}`),
    });
    bus.policy = input.Policy;
    return {};
  }
  const policy = readPolicy(bus);
  const statement = {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: input.Principal === '*' ? '*' : { AWS: `arn:aws:iam::${input.Principal}:root` },
    Action: input.Action ?? 'events:PutEvents',
    Resource: bus.arn,
  };
  policy.Statement = [...policy.Statement.filter(({ Sid }) => Sid !== statement.Sid), statement];
  bus.policy = JSON.stringify(policy);
  return {};
};

export const RemovePermission: Op<'RemovePermission'> = (events, input) => {
  const bus = events.bus(input.EventBusName);
  if (input.RemoveAllPermissions) {
    bus.policy = undefined;
    return {};
  }
  const policy = readPolicy(bus);
  const left = policy.Statement.filter(({ Sid }) => Sid !== input.StatementId);
  if (left.length === policy.Statement.length)
    throw notFound('Statement with the provided id does not exist.');
  bus.policy = left.length > 0 ? JSON.stringify({ ...policy, Statement: left }) : undefined;
  return {};
};

/** The bus's policy as it was put; it was checked then. */
function readPolicy(bus: Bus): Policy {
  if (bus.policy === undefined) return { Version: '2012-10-17', Statement: [] };
  const policy: Policy = JSON.parse(bus.policy);
  return { ...policy, Statement: [policy.Statement].flat() };
}

function describe(bus: Bus): BusOutput {
  return {
    Name: bus.name,
    Arn: bus.arn,
    Description: bus.description,
    Policy: bus.policy,
    CreationTime: bus.created,
    LastModifiedTime: bus.created,
  };
}
