import { EmulatedEngine } from '../emulated/engine';
import type { Machine, MachineEngine } from '../engine';
import type { MachineOptions } from '../machine-options';

/** A machine without AWS around it, and where its ports are. */
export interface LaunchedMachine extends Machine {
  /** Ports of the machine to the ports of 127.0.0.1 that serve them, as it told whoever launched it. */
  readonly listening: ReadonlyMap<number, number>;
}

/**
 * For the tests of one file: makes machines of Amazon Linux 2023 whose AWS seconds take no time, and the network of which
 * is this process's.
 */
export function machineLauncher(
  engine: MachineEngine = new EmulatedEngine(),
): (options?: Partial<MachineOptions>) => LaunchedMachine {
  return (options = {}) => {
    const listening = new Map<number, number>();
    const machine = engine.create({
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
      disk: engine.baseImage('x86_64'),
      endpoint: 'http://127.0.0.1:1',
      fetch: (url, init) => fetch(url, init),
      now: () => new Date(),
      scale: 1,
      sleep: async (_, signal) => {
        signal?.throwIfAborted();
      },
      onListen: (port, loopbackPort) => listening.set(port, loopbackPort),
      onClose: (port) => listening.delete(port),
      ...options,
    });
    return Object.assign(machine, { listening });
  };
}

/** User data as EC2 hands it to the machine. */
export function script(text: string): Buffer {
  return Buffer.from(`#!/bin/bash\n${text}`);
}

/** What the console shows, without the stamps before the output of scripts. */
export function consoleOf(machine: Machine): string {
  return machine
    .console()
    .replace(/\r/g, '')
    .replace(/^\[ *\d+\.\d{6}\] cloud-init\[\d+\]: /gm, '');
}

/** The address at which a port of the machine is served. */
export function urlOf(machine: LaunchedMachine, path = '/', port = 80): string {
  const loopbackPort = machine.listening.get(port);
  if (loopbackPort === undefined) throw new Error(`nothing listens on port ${port}:\n${machine.console()}`);
  return `http://127.0.0.1:${loopbackPort}${path}`;
}

/** What a script writes to standard output on a machine that has booted; its errors and its exit status behind it, where there are any. */
export async function runOn(machine: Machine, text: string): Promise<string> {
  const outcome = await machine.runScript({
    path: '/var/tmp/_script.sh',
    text,
    workingDirectory: '/',
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin' },
    signal: new AbortController().signal,
  });
  if (!outcome) throw new Error('the machine does not run');
  const { stdout, stderr, exitCode } = outcome;
  return `${stdout}${stderr}${exitCode === 0 ? '' : `[${exitCode}]`}`;
}
