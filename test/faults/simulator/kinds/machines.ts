import { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { FaultInput } from 'embedded-aws';
import { ALARM, type Breakage } from '../pipelines';
import { functionOf, statesBetween } from '../workflow';
import type { Armed, Kind, Striker } from './kind';

const NO_CAPACITY = {
  code: 'InsufficientInstanceCapacity',
  message: 'We currently do not have sufficient t3.micro capacity in the Availability Zone you requested.',
  status: 500,
};

/** Strikes launches: those of a function, or those of Auto Scaling. */
function refuseLaunches({ drawn, struck }: Armed, caller: string): Striker {
  let seen = 0;
  return (call) => {
    const isLaunch = call.service === 'ec2' && call.operation === 'RunInstances' && !call.input.DryRun;
    if (!isLaunch || !call.caller.includes(caller)) return undefined;
    seen += 1;
    if (seen <= drawn.position || seen > drawn.position + drawn.times) return undefined;
    struck();
    return { service: 'ec2', operation: 'RunInstances', ...NO_CAPACITY };
  };
}

/** Strikes what CreateImage began. */
function failImage({ drawn, struck }: Armed, fault: Pick<FaultInput, 'kind' | 'message'>): Striker {
  let isDone = false;
  return (call) => {
    if (isDone || call.operation !== 'CreateImage' || !call.caller.endsWith(`/${functionOf(drawn.state)}`))
      return undefined;
    isDone = true;
    struck();
    return { service: 'ec2', operation: 'CreateImage', ...fault };
  };
}

/** Terminates an instance of the build: what it is for is in its tags. */
function killOwn({ world, build, drawn, struck }: Armed): undefined {
  world.act(drawn.delay, async () => {
    const [id] = await world.instancesOf(build);
    if (id === undefined) return;
    await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    struck();
  });
}

function killServer({ world, drawn, struck }: Armed): undefined {
  world.act(drawn.delay, async () => {
    const members = (await world.group())?.Instances ?? [];
    const id = members[drawn.choice % Math.max(1, members.length)]?.InstanceId;
    if (id === undefined) return;
    world.noteDeath();
    await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    struck();
  });
}

function fireAlarm({ world, drawn, struck }: Armed): undefined {
  world.act(drawn.delay, async () => {
    await world.cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: ALARM, StateValue: 'ALARM', StateReason: 'visitors complain' }),
    );
    struck();
    await world.sleep(120);
    await world.calmAlarm();
  });
}

/** A pipeline that breaks by itself: asked for with the build, and it strikes where the build comes to. */
function broken(name: string, breaks: Breakage, state: string, heals = false): Kind {
  return {
    ...{ name, heals, breaks, once: 'breakage', at: [state] },
    arm: ({ struck }) => {
      struck();
      return undefined;
    },
  };
}

/** Machines, images and servers that fail. */
export const MACHINE_KINDS: readonly Kind[] = [
  broken('user data fails', 'userData', 'AwaitHealthySite'),
  broken('site never comes', 'site', 'AwaitHealthySite'),
  broken('site flaps', 'flap', 'AwaitHealthySite', true),
  broken('agent never comes', 'agent', 'PrepareImage'),
  broken('preparation fails', 'preparation', 'PrepareImage'),
  broken('test fails', 'test', 'RunTests'),
  broken('new servers are unhealthy', 'servers', 'AwaitRefresh'),
  {
    name: 'no capacity at launch',
    heals: false,
    at: ['LaunchInstance', 'TestImage'],
    range: { position: 1, times: 6 },
    arm: (armed) => refuseLaunches(armed, `/${functionOf(armed.drawn.state)}`),
  },
  {
    name: 'no capacity for servers',
    heals: false,
    at: ['StartRefresh', 'AwaitRefresh'],
    range: { times: 6 },
    arm: (armed) =>
      refuseLaunches({ ...armed, drawn: { ...armed.drawn, position: 0 } }, 'autoscaling.amazonaws.com'),
  },
  {
    name: 'base instance dies',
    heals: false,
    at: statesBetween('AwaitHealthySite', 'AwaitImage'),
    range: { delay: [0, 60] },
    arm: killOwn,
  },
  {
    name: 'server of the image dies',
    heals: false,
    at: statesBetween('AwaitHealthyTest', 'CheckTests'),
    range: { delay: [0, 30] },
    arm: killOwn,
  },
  {
    name: 'image fails',
    heals: false,
    at: ['CreateImage'],
    arm: (armed) => failImage(armed, { kind: 'lateFailure', message: 'Client.InternalError' }),
  },
  {
    name: 'snapshot hangs',
    heals: false,
    at: ['CreateImage'],
    arm: (armed) => failImage(armed, { kind: 'never' }),
  },
  {
    name: 'server of the fleet dies',
    heals: false,
    at: statesBetween('PublishTemplate', 'Finish'),
    range: { delay: [0, 120] },
    arm: killServer,
  },
  {
    name: 'alarm fires',
    heals: false,
    at: ['StartRefresh', 'AwaitRefresh', 'AwaitFleet', 'AskServers'],
    range: { delay: [0, 120] },
    arm: fireAlarm,
  },
];
