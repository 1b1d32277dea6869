import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { MachineOptions } from '../../machine-options';
import { type InstanceMetadata, METADATA_ADDRESS } from '../../metadata/instance-metadata';
import type { Disk } from '../disk/disk';
import type { Ports } from './ports';

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'localhost.localdomain']);

/** Nobody listens there. */
class ConnectionRefused extends Error {
  override readonly name = 'ConnectionRefused';
  readonly code = 'ECONNREFUSED';
}

/** A request of a program of the machine. */
export interface GuestRequest extends RequestInit {
  /** Takes any certificate, as `curl -k` and a reverse proxy do. */
  trustsAny?: boolean;
}

/** HTTP as the programs of the machine see it: itself, the metadata service, and the world. */
export class GuestNetwork {
  constructor(
    private readonly options: Pick<MachineOptions, 'fetch' | 'hostname' | 'privateIp' | 'resolves'>,
    private readonly metadata: InstanceMetadata,
    private readonly ports: Ports,
    private readonly power: AbortSignal,
    private readonly disk: Disk,
  ) {}

  /** Whether the machine itself, or its metadata service, answers at this address. */
  isOwn(url: string): boolean {
    const { hostname } = new URL(url);
    return hostname === METADATA_ADDRESS || this.isLocal(this.resolve(hostname));
  }

  /** Whether a name has an address, or is one. */
  resolves(host: string): boolean {
    const address = this.resolve(host);
    if (isIP(address.replace(/^\[|\]$/g, '')) !== 0 || this.isLocal(address)) return true;
    // RFC 6761: nobody has a name under .invalid.
    return this.options.resolves?.(host) ?? !/\.invalid\.?$/i.test(host);
  }

  private isLocal(host: string): boolean {
    const { privateIp, hostname } = this.options;
    return LOCAL_HOSTS.has(host) || /^127\./.test(host) || host === privateIp || host === hostname;
  }

  /** A name of /etc/hosts as its address; others as they are. */
  private resolve(host: string): string {
    if (!this.disk.has('/etc/hosts')) return host;
    for (const line of this.disk.readText('/etc/hosts').split('\n')) {
      const [address = '', ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
      if (names.includes(host)) return address === '::1' ? 'localhost' : address;
    }
    return host;
  }

  /** Follows no redirect. @throws what the network throws; ConnectionRefused for a port of this machine that is closed */
  async fetch(url: string, init: GuestRequest = {}): Promise<Response> {
    const signal = init.signal ? AbortSignal.any([init.signal, this.power]) : this.power;
    const { hostname, port, pathname, search, protocol } = new URL(url);
    if (hostname === METADATA_ADDRESS && (port === '' || port === '80'))
      return this.metadata.answer(init.method ?? 'GET', `${pathname}${search}`, new Headers(init.headers));
    const address = this.resolve(hostname);
    if (this.isLocal(address))
      return this.fetchOwn(url, Number(port || (protocol === 'https:' ? 443 : 80)), { ...init, signal });
    const outside = new URL(url);
    const headers = new Headers(init.headers);
    if (address !== hostname) {
      outside.hostname = address;
      if (!headers.has('host')) headers.set('host', new URL(url).host);
    }
    return this.options.fetch(address === hostname ? url : outside.href, {
      redirect: 'manual',
      ...init,
      ...(address !== hostname && { headers }),
      signal,
    });
  }

  private async fetchOwn(
    url: string,
    port: number,
    init: GuestRequest & { signal: AbortSignal },
  ): Promise<Response> {
    const loopbackPort = this.ports.listening.get(port);
    if (loopbackPort === undefined) throw new ConnectionRefused(`connect ECONNREFUSED ${port}`);
    const { pathname, search, host, hostname, protocol } = new URL(url);
    const isSecure = protocol === 'https:';
    const headers = Object.fromEntries(
      new Headers({ host, ...Object.fromEntries(new Headers(init.headers)) }),
    );
    return await new Promise((resolve, reject) => {
      const send: typeof httpRequest = isSecure ? httpsRequest : httpRequest;
      const request = send(
        // A connection of its own each time: nothing of it is left when the machine stops.
        {
          host: '127.0.0.1',
          port: loopbackPort,
          path: `${pathname}${search}`,
          method: init.method ?? 'GET',
          headers,
          agent: false,
          signal: init.signal,
          ...(isSecure && {
            rejectUnauthorized: !init.trustsAny,
            ...(isIP(hostname) === 0 && { servername: hostname }),
          }),
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const status = answer.statusCode ?? 500;
            const isEmpty = [204, 304].includes(status) || init.method === 'HEAD';
            const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
              (values ?? []).map((value): [string, string] => [name, value]),
            );
            const statusText = answer.statusMessage ?? '';
            resolve(
              new Response(isEmpty ? null : Buffer.concat(chunks), { status, statusText, headers: pairs }),
            );
          });
        },
      );
      request.on('error', reject);
      request.end(
        init.body === undefined || init.body === null ? undefined : Buffer.from(init.body as Uint8Array),
      );
    });
  }
}
