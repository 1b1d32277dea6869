import { parseAddress } from './address';

/** Names of the embedded internet and of a VPC's resolver. */
export class Names {
  private readonly registered = new Map<string, () => readonly string[]>();
  private turn = 0;

  constructor(private readonly region: string) {}

  /** Lets the name stand for these interfaces, whichever they are when it is asked for. Returns how to end it. */
  register(name: string, interfaceIds: () => readonly string[]): () => void {
    const key = normalizeName(name);
    this.registered.set(key, interfaceIds);
    return () => {
      if (this.registered.get(key) === interfaceIds) this.registered.delete(key);
    };
  }

  has(name: string): boolean {
    return this.registered.has(normalizeName(name));
  }

  /** The interfaces of a registered name, each time beginning with another one, as Route 53 answers. */
  interfacesOf(name: string): readonly string[] {
    const ids = this.registered.get(normalizeName(name))?.() ?? [];
    if (ids.length === 0) return ids;
    this.turn += 1;
    const start = this.turn % ids.length;
    return [...ids.slice(start), ...ids.slice(0, start)];
  }

  /** The private address in a name such as `ip-10-0-1-5.ec2.internal`. */
  privateAddress(name: string): string | undefined {
    const domain = this.region === 'us-east-1' ? 'ec2.internal' : `${this.region}.compute.internal`;
    return addressInName('ip-', name, domain);
  }

  /** The public address in a name such as `ec2-54-1-2-3.compute-1.amazonaws.com`. */
  publicAddress(name: string): string | undefined {
    const domain =
      this.region === 'us-east-1' ? 'compute-1.amazonaws.com' : `${this.region}.compute.amazonaws.com`;
    return addressInName('ec2-', name, domain);
  }

  clear(): void {
    this.registered.clear();
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
