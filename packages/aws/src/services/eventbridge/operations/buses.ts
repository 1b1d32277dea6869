import type { EventBus as BusOutput } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { type Bus, type BusStore, notValid } from '../state';

interface Policy {
  readonly Version: string;
  Statement: { readonly Sid: string; readonly [key: string]: unknown }[];
}

/** The operations on event buses and their policies. */
export function busOperations(store: BusStore) {
  return {
    CreateEventBus: (input) => {
      const name = input.Name ?? '';
      if (!/^[/.\-_A-Za-z0-9]{1,256}$/.test(name) || name === 'default' || name.startsWith('aws.'))
        throw notValid(`Event bus name ${name} is not valid.`);
      if (store.buses.has(name))
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      const bus = store.addBus(name);
      bus.description = input.Description;
      for (const { Key = '', Value = '' } of input.Tags ?? []) bus.tags.set(Key, Value);
      return { EventBusArn: bus.arn, Description: bus.description };
    },
    DescribeEventBus: (input) => describe(store.bus(input.Name)),
    ListEventBuses: (input) => {
      const buses = [...store.buses.values()].filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
      const page = takePage(buses, { token: input.NextToken, size: input.Limit ?? 100 });
      return { EventBuses: page.items.map(describe), NextToken: page.next };
    },
    DeleteEventBus: (input) => {
      if (input.Name === 'default') throw notValid('Cannot delete event bus default.');
      const bus = store.buses.get(input.Name ?? '');
      if (!bus) return {};
      if (bus.rules.size > 0) throw notValid(`Event bus ${bus.name} can't be deleted since it has rules.`);
      store.buses.delete(bus.name);
      return {};
    },
    PutPermission: (input) => {
      const bus = store.bus(input.EventBusName);
      if (input.Policy !== undefined) {
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
    },
    RemovePermission: (input) => {
      const bus = store.bus(input.EventBusName);
      if (input.RemoveAllPermissions) {
        bus.policy = undefined;
        return {};
      }
      const policy = readPolicy(bus);
      const left = policy.Statement.filter(({ Sid }) => Sid !== input.StatementId);
      if (left.length === policy.Statement.length)
        throw new AwsError('ResourceNotFoundException', `Statement with the provided id does not exist.`);
      bus.policy = left.length > 0 ? JSON.stringify({ ...policy, Statement: left }) : undefined;
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-eventbridge')>;
}

function readPolicy(bus: Bus): Policy {
  return bus.policy === undefined ? { Version: '2012-10-17', Statement: [] } : JSON.parse(bus.policy);
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
