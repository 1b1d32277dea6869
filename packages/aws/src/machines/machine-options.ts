import type { ServerPrograms } from '../core/ports';
import type { DiskSnapshot } from './disk-snapshot';

export interface TemporaryCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

/** What an instance is launched with, and what it reaches the world through. */
export interface MachineOptions {
  instanceId: string;
  imageId: string;
  instanceType: string;
  region: string;
  zone: string;
  /** As in `use1-az1`. */
  zoneId?: string;
  accountId: string;
  privateIp: string;
  publicIp?: string;
  /** The private DNS name, as in `ip-10-0-1-12.ec2.internal`. */
  hostname: string;
  keyName?: string;
  /** Of the key pair, as OpenSSH writes it, with the pair's name behind it. */
  publicKey?: string;
  /** Names of the security groups. */
  securityGroups: string[];
  securityGroupIds?: string[];
  subnetId: string;
  vpcId: string;
  /** Of the subnet and the VPC, as in `172.31.0.0/20`; the VPC's first one is that which it was made with. */
  subnetCidr?: string;
  vpcCidrs?: readonly string[];
  /** Of the primary network interface. */
  mac: string;
  interfaceId?: string;
  reservationId?: string;
  /** What the root volume holds at first boot. */
  disk: DiskSnapshot;
  /** Decoded from base64; may be gzip. */
  userData?: Uint8Array;
  /** Tags shown by the metadata service; undefined when the instance does not allow it. */
  tags?: () => Record<string, string>;
  /** `disabled` turns the metadata service off. */
  httpEndpoint?: 'enabled' | 'disabled';
  /** `required` refuses IMDSv1 requests. AL2023 images ask for it. */
  httpTokens?: 'required' | 'optional';
  /** Of the instance profile; undefined, or a promise of it, when there is none. */
  credentials?: () => Promise<TemporaryCredentials | undefined>;
  /** Name of the instance profile's role, as the metadata service lists it. */
  profileName?: string;
  profileArn?: string;
  /** The embedded AWS's API endpoint, as in `http://127.0.0.1:4566`. */
  endpoint: string;
  /** Outbound HTTP as the instance sees it. */
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** Whether the instance's resolver knows a name that is not the instance's own. */
  resolves?: (host: string) => boolean;
  now: () => Date;
  /** Sleeps AWS seconds; rejects when the signal aborts. */
  sleep: (awsSeconds: number, signal?: AbortSignal) => Promise<void>;
  /** AWS seconds that pass in a real second while something is being worked on. */
  scale: number;
  /** A program is run: resolves when the time is over that it takes beside what it waits for. */
  runProgram?: (commandLine: string) => Promise<void>;
  /** The machine is at work from now on, which nothing else shows. Returns how to end it. */
  work?: () => () => void;
  /** A part of the machine is loaded: nothing else shows that it is at work. */
  load?: <Module>(module: Promise<Module>) => Promise<Module>;
  /** Servers that the machine can run beside its own programs. */
  programs?: ServerPrograms;
  /** A TCP port of the machine is really served on this port of 127.0.0.1. */
  onListen: (port: number, loopbackPort: number) => void;
  onClose: (port: number) => void;
  /** `shutdown` or `poweroff` was run inside. */
  onShutdown?: () => void;
  /** `reboot` was run inside; without it the machine stops and boots by itself. */
  onReboot?: () => void;
}
