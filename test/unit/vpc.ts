import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The address at which servers of these tests stand in the VPC. */
export const PRIVATE_IP = '10.0.1.5';

/**
 * A VPC for the tests of a file: what is asked of a host there is answered by a server on this machine. Asked is written down by host.
 *
 * @returns serves a site at every address of the VPC, and says at which port; and the hosts that were asked
 */
export function useVpc(): {
  serve: (listener: RequestListener) => Promise<number>;
  asked: string[];
} {
  const servers: Server[] = [];
  const asked: string[] = [];
  const { fetch } = globalThis;

  beforeAll(() => {
    process.env.KILN_PROBE_NETWORKS = '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10';
    globalThis.fetch = (input, init) => {
      const url = new URL(String(input));
      asked.push(url.hostname);
      url.hostname = '127.0.0.1';
      return fetch(url, init);
    };
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });
  afterAll(() => {
    globalThis.fetch = fetch;
  });

  return {
    asked,
    serve: async (listener) => {
      const server = createServer({ keepAlive: false }, listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    },
  };
}
