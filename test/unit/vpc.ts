import { Agent, type ClientRequestArgs, createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** The address at which servers of these tests stand in the VPC. */
export const PRIVATE_IP = '10.0.1.5';

/**
 * A VPC for the tests of a file: what is asked of a host there is answered by a server on this machine. Asked is written down by host.
 *
 * @returns serves a site at every address of the VPC, at the port that is asked for if one is, and says at which; and the hosts that were asked
 */
export function useVpc(): {
  serve: (listener: RequestListener, port?: number) => Promise<number>;
  asked: string[];
} {
  const servers: Server[] = [];
  const asked: string[] = [];
  /** By the port in the VPC that on this machine. */
  const ports = new Map<number, number>();
  const agent: { createConnection?: unknown } = Agent.prototype;
  const { createConnection } = agent;

  beforeAll(() => {
    process.env.KILN_PROBE_NETWORKS = '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10';
    agent.createConnection = ({ host, port }: ClientRequestArgs) => {
      asked.push(String(host));
      return connect(ports.get(Number(port)) ?? Number(port), '127.0.0.1');
    };
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterEach(async () => {
    ports.clear();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });
  afterAll(() => {
    agent.createConnection = createConnection;
  });

  return {
    asked,
    serve: async (listener, at) => {
      const server = createServer({ keepAlive: false }, listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      ports.set(at ?? port, port);
      return at ?? port;
    },
  };
}
