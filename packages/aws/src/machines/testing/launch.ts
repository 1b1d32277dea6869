import { amazonLinux2023 } from '../emulated/base-images';
import { Machine, type MachineOptions } from '../emulated/machine';

/** A machine of Amazon Linux 2023 whose AWS seconds take no time, and the network of which is this process's. */
export function makeMachine(options: Partial<MachineOptions> = {}): Machine {
  return new Machine({
    instanceId: 'i-0123456789abcdef0',
    imageId: 'ami-0123456789abcdef0',
    instanceType: 't3.micro',
    region: 'eu-north-1',
    zone: 'eu-north-1a',
    accountId: '000000000000',
    privateIp: '10.0.1.12',
    hostname: 'ip-10-0-1-12.eu-north-1.compute.internal',
    securityGroups: ['base'],
    subnetId: 'subnet-1',
    vpcId: 'vpc-1',
    mac: '02:00:0a:00:01:0c',
    disk: amazonLinux2023('x86_64'),
    endpoint: 'http://127.0.0.1:1',
    fetch: (url, init) => fetch(url, init),
    now: () => new Date(),
    sleep: async (_, signal) => {
      signal?.throwIfAborted();
    },
    onListen: () => {},
    onClose: () => {},
    ...options,
  });
}

/** User data as EC2 hands it to the machine. */
export function script(text: string): Buffer {
  return Buffer.from(`#!/bin/bash\n${text}`);
}

/** The address at which a port of the machine is served. */
export function urlOf(machine: Machine, path = '/', port = 80): string {
  const loopbackPort = machine.listening.get(port);
  if (loopbackPort === undefined) throw new Error(`nothing listens on port ${port}:\n${machine.console()}`);
  return `http://127.0.0.1:${loopbackPort}${path}`;
}
