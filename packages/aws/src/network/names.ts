import { parseAddress } from 'aws-languages/cidr';
import type { Attachment, Attachments } from './attachments';

/** Names of the embedded internet and of a VPC's resolver. */
export class Names {
  private readonly registered = new Map<string, () => readonly string[]>();
  private turn = 0;

  constructor(
    private readonly region: string,
    private readonly attachments: Attachments,
  ) {}

  /** Lets the name stand for these interfaces, whichever they are when it is asked for. Returns how to end it. */
  register(name: string, interfaceIds: () => readonly string[]): () => void {
    const key = normalizeName(name);
    this.registered.set(key, interfaceIds);
    return () => {
      if (this.registered.get(key) === interfaceIds) this.registered.delete(key);
    };
  }

  /**
   * The address of a host as a resolver gives it. Inside a VPC an instance's public name gives its private address; an
   * internal load balancer's name gives private addresses everywhere. Undefined for an unknown name.
   *
   * @param from the interface that asks; undefined for the internet
   */
  resolve(from: Attachment | undefined, host: string): string | undefined {
    if (parseAddress(host) !== undefined) return host;
    if (host.toLowerCase() === 'localhost') return '127.0.0.1';
    const inside = this.privateAddress(host);
    if (inside) return from ? inside : undefined;
    const outside = this.publicAddress(host);
    if (outside) {
      const owner = this.attachments.byPublicAddress(outside);
      return from && owner?.nic.vpcId === from.nic.vpcId ? owner.nic.privateIp : outside;
    }
    const nics = this.interfacesOf(host).flatMap((id) => this.attachments.find(id)?.nic ?? []);
    return nics.find(({ publicIp }) => publicIp)?.publicIp ?? nics[0]?.privateIp;
  }

  clear(): void {
    this.registered.clear();
  }

  /** The interfaces of a registered name, each time beginning with another one, as Route 53 answers. */
  private interfacesOf(name: string): readonly string[] {
    const ids = this.registered.get(normalizeName(name))?.() ?? [];
    if (ids.length === 0) return ids;
    this.turn += 1;
    const start = this.turn % ids.length;
    return [...ids.slice(start), ...ids.slice(0, start)];
  }

  /** The private address in a name such as `ip-10-0-1-5.ec2.internal`. */
  private privateAddress(name: string): string | undefined {
    const domain = this.region === 'us-east-1' ? 'ec2.internal' : `${this.region}.compute.internal`;
    return addressInName('ip-', name, domain);
  }

  /** The public address in a name such as `ec2-54-1-2-3.compute-1.amazonaws.com`. */
  private publicAddress(name: string): string | undefined {
    const domain =
      this.region === 'us-east-1' ? 'compute-1.amazonaws.com' : `${this.region}.compute.amazonaws.com`;
    return addressInName('ec2-', name, domain);
  }
}

function normalizeName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function addressInName(prefix: string, name: string, domain: string): string | undefined {
  const normalized = normalizeName(name);
  if (!normalized.startsWith(prefix) || !normalized.endsWith(`.${domain}`)) return undefined;
  const address = normalized.slice(prefix.length, -domain.length - 1).replaceAll('-', '.');
  return parseAddress(address) === undefined ? undefined : address;
}
