import { randomBytes } from 'node:crypto';
import type { MachineOptions } from '../machine-options';

export const METADATA_ADDRESS = '169.254.169.254';

const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const MAX_TTL_SECONDS = 21_600;

type Leaf = () => string | undefined | Promise<string | undefined>;
type Tree = { readonly [name: string]: Leaf | Tree };

/** The instance metadata service, versions 1 and 2, as the EC2 user guide describes it. */
export class InstanceMetadata {
  private readonly tokens = new Map<string, number>();

  constructor(private readonly options: MachineOptions) {}

  async answer(method: string, path: string, headers: Headers): Promise<Response> {
    if (this.options.httpEndpoint === 'disabled') return errorPage(403, 'Forbidden');
    const clean = path.replace(/[?#].*$/, '').replace(/\/{2,}/g, '/');
    if (clean === '/latest/api/token') return this.issueToken(method, headers);
    if (method !== 'GET' && method !== 'HEAD') return errorPage(405, 'Method Not Allowed');
    const refused = this.checkToken(headers);
    if (refused) return refused;
    if (clean === '/') return plain('1.0\n2007-01-19\n2021-03-23\n2022-09-24\nlatest');
    const match = /^\/(?:latest|\d{4}-\d{2}-\d{2})(\/.*)?$/.exec(clean);
    if (match === null) return errorPage(404, 'Not Found');
    const found = await this.lookUp((match[1] ?? '/').split('/').filter((name) => name !== ''));
    return found === undefined
      ? errorPage(404, 'Not Found')
      : new Response(typeof found === 'string' ? found : Uint8Array.from(found), {
          statusText: 'OK',
          headers: {
            'content-type': typeof found === 'string' ? 'text/plain' : 'application/octet-stream',
            server: 'EC2ws',
          },
        });
  }

  private issueToken(method: string, headers: Headers): Response {
    if (method !== 'PUT') return errorPage(405, 'Method Not Allowed');
    if (headers.has('x-forwarded-for')) return errorPage(403, 'Forbidden');
    const seconds = Number(headers.get(TTL_HEADER));
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TTL_SECONDS)
      return errorPage(400, 'Bad Request');
    const token = randomBytes(40).toString('base64url');
    this.tokens.set(token, this.options.now().getTime() + seconds * 1000);
    return plain(token, { [TTL_HEADER]: String(seconds) });
  }

  private checkToken(headers: Headers): Response | undefined {
    const token = headers.get(TOKEN_HEADER);
    if (token === null)
      return (this.options.httpTokens ?? 'required') === 'required'
        ? errorPage(401, 'Unauthorized')
        : undefined;
    const expiry = this.tokens.get(token);
    return expiry === undefined || expiry < this.options.now().getTime()
      ? errorPage(401, 'Unauthorized')
      : undefined;
  }

  private async lookUp(names: string[]): Promise<string | Uint8Array | undefined> {
    if (names.length === 1 && names[0] === 'user-data') return this.options.userData;
    let at: Leaf | Tree = this.tree();
    for (const name of names) {
      if (typeof at === 'function') return undefined;
      const next: Leaf | Tree | undefined = Object.hasOwn(at, name) ? at[name] : undefined;
      if (next === undefined) return undefined;
      at = next;
    }
    if (typeof at === 'function') return await at();
    const listed = Object.entries(at).map(([name, value]) =>
      typeof value === 'function' ? name : `${name}/`,
    );
    return listed.join('\n');
  }

  private tree(): Tree {
    const { options } = this;
    const fixed = (value: string) => () => value;
    const arm = /^(a1|[a-z]+\d+g)/.test(options.instanceType);
    return {
      ...(options.userData && { 'user-data': fixed('') }),
      dynamic: { 'instance-identity': { document: () => this.identityDocument(arm ? 'arm64' : 'x86_64') } },
      'meta-data': {
        'ami-id': fixed(options.imageId),
        'ami-launch-index': fixed('0'),
        'ami-manifest-path': fixed('(unknown)'),
        'block-device-mapping': { ami: fixed('/dev/xvda'), root: fixed('/dev/xvda') },
        hostname: fixed(options.hostname),
        ...(options.credentials && options.profileName && { iam: this.iamTree(options.profileName) }),
        'instance-action': fixed('none'),
        'instance-id': fixed(options.instanceId),
        'instance-life-cycle': fixed('on-demand'),
        'instance-type': fixed(options.instanceType),
        'local-hostname': fixed(options.hostname),
        'local-ipv4': fixed(options.privateIp),
        mac: fixed(options.mac),
        network: { interfaces: { macs: { [options.mac]: this.interfaceTree() } } },
        placement: {
          'availability-zone': fixed(options.zone),
          ...(options.zoneId && { 'availability-zone-id': fixed(options.zoneId) }),
          region: fixed(options.region),
        },
        profile: fixed('default-hvm'),
        ...(options.publicIp && {
          'public-hostname': fixed(publicName(options.publicIp, options.region)),
          'public-ipv4': fixed(options.publicIp),
        }),
        ...(options.keyName && { 'public-keys': { '0=': fixed(`0=${options.keyName}`) } }),
        ...(options.reservationId && { 'reservation-id': fixed(options.reservationId) }),
        'security-groups': fixed(options.securityGroups.join('\n')),
        services: { domain: fixed('amazonaws.com'), partition: fixed('aws') },
        system: fixed('nitro'),
        ...(options.tags && { tags: { instance: this.tagTree(options.tags()) } }),
      },
    };
  }

  private iamTree(profileName: string): Tree {
    const { options } = this;
    const stamp = (date: Date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z');
    return {
      info: () =>
        JSON.stringify(
          {
            Code: 'Success',
            LastUpdated: stamp(options.now()),
            InstanceProfileArn:
              options.profileArn ?? `arn:aws:iam::${options.accountId}:instance-profile/${profileName}`,
            InstanceProfileId: 'AIPAEXAMPLEPROFILE000',
          },
          undefined,
          2,
        ),
      'security-credentials': {
        [profileName]: async () => {
          const credentials = await options.credentials?.();
          if (credentials === undefined) return undefined;
          return JSON.stringify(
            {
              Code: 'Success',
              LastUpdated: stamp(options.now()),
              Type: 'AWS-HMAC',
              AccessKeyId: credentials.accessKeyId,
              SecretAccessKey: credentials.secretAccessKey,
              Token: credentials.sessionToken,
              Expiration: stamp(credentials.expiration),
            },
            undefined,
            2,
          );
        },
      },
    };
  }

  private interfaceTree(): Tree {
    const { options } = this;
    const fixed = (value: string) => () => value;
    return {
      'device-number': fixed('0'),
      ...(options.interfaceId && { 'interface-id': fixed(options.interfaceId) }),
      ...(options.publicIp && { 'ipv4-associations': { [options.publicIp]: fixed(options.privateIp) } }),
      'local-hostname': fixed(options.hostname),
      'local-ipv4s': fixed(options.privateIp),
      mac: fixed(options.mac),
      'owner-id': fixed(options.accountId),
      ...(options.publicIp && {
        'public-hostname': fixed(publicName(options.publicIp, options.region)),
        'public-ipv4s': fixed(options.publicIp),
      }),
      ...(options.securityGroupIds && { 'security-group-ids': fixed(options.securityGroupIds.join('\n')) }),
      'security-groups': fixed(options.securityGroups.join('\n')),
      'subnet-id': fixed(options.subnetId),
      ...(options.subnetCidr && { 'subnet-ipv4-cidr-block': fixed(options.subnetCidr) }),
      'vpc-id': fixed(options.vpcId),
      ...(options.vpcCidr && {
        'vpc-ipv4-cidr-block': fixed(options.vpcCidr),
        'vpc-ipv4-cidr-blocks': fixed(options.vpcCidr),
      }),
    };
  }

  private tagTree(tags: Record<string, string>): Tree {
    return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, () => value]));
  }

  private identityDocument(architecture: string): string {
    const { options } = this;
    return JSON.stringify(
      {
        accountId: options.accountId,
        architecture,
        availabilityZone: options.zone,
        billingProducts: null,
        devpayProductCodes: null,
        imageId: options.imageId,
        instanceId: options.instanceId,
        instanceType: options.instanceType,
        kernelId: null,
        pendingTime: options
          .now()
          .toISOString()
          .replace(/\.\d{3}Z$/, 'Z'),
        privateIp: options.privateIp,
        ramdiskId: null,
        region: options.region,
        version: '2017-09-30',
      },
      undefined,
      2,
    );
  }
}

/** The public DNS name that belongs to an address, as in `ec2-203-0-113-25.compute-1.amazonaws.com`. */
function publicName(address: string, region: string): string {
  const zone = region === 'us-east-1' ? 'compute-1' : `${region}.compute`;
  return `ec2-${address.replace(/\./g, '-')}.${zone}.amazonaws.com`;
}

function plain(text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    statusText: 'OK',
    headers: { 'content-type': 'text/plain', server: 'EC2ws', ...headers },
  });
}

function errorPage(status: number, title: string): Response {
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${status} - ${title}</title>
 </head>
 <body>
  <h1>${status} - ${title}</h1>
 </body>
</html>
`;
  return new Response(body, {
    status,
    statusText: title,
    headers: { 'content-type': 'text/html', server: 'EC2ws' },
  });
}
