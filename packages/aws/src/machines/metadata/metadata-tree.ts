import type { MachineOptions } from '../machine-options';

/** What a path gives when it is asked for; undefined for nothing. */
export type Leaf = () => string | undefined | Promise<string | undefined>;
/** Names to what they give, or to further names. */
export type Tree = { readonly [name: string]: Leaf | Tree };

/**
 * All that the service tells of an instance, from `/latest/` on.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html#instancedata-data-categories
 */
export function metadataTree(options: MachineOptions): Tree {
  const arm = /^(a1|[a-z]+\d+g)/.test(options.instanceType);
  return {
    ...(options.userData && { 'user-data': fixed('') }),
    dynamic: { 'instance-identity': { document: () => identityDocument(options, arm ? 'arm64' : 'x86_64') } },
    'meta-data': {
      'ami-id': fixed(options.imageId),
      'ami-launch-index': fixed('0'),
      'ami-manifest-path': fixed('(unknown)'),
      'block-device-mapping': { ami: fixed('/dev/xvda'), root: fixed('/dev/xvda') },
      hostname: fixed(options.hostname),
      ...(options.credentials && options.profileName && { iam: iamTree(options, options.profileName) }),
      'instance-action': fixed('none'),
      'instance-id': fixed(options.instanceId),
      'instance-life-cycle': fixed('on-demand'),
      'instance-type': fixed(options.instanceType),
      'local-hostname': fixed(options.hostname),
      'local-ipv4': fixed(options.privateIp),
      mac: fixed(options.mac),
      network: { interfaces: { macs: { [options.mac]: interfaceTree(options) } } },
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
      ...(options.keyName && { 'public-keys': keyTree(options.keyName, options.publicKey) }),
      ...(options.reservationId && { 'reservation-id': fixed(options.reservationId) }),
      'security-groups': fixed(options.securityGroups.join('\n')),
      services: { domain: fixed('amazonaws.com'), partition: fixed('aws') },
      system: fixed('nitro'),
      ...(options.tags && { tags: { instance: tagTree(options.tags()) } }),
    },
  };
}

function iamTree(options: MachineOptions, profileName: string): Tree {
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

function interfaceTree(options: MachineOptions): Tree {
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
    ...(options.vpcCidrs?.[0] && {
      'vpc-ipv4-cidr-block': fixed(options.vpcCidrs[0]),
      'vpc-ipv4-cidr-blocks': fixed(options.vpcCidrs.join('\n')),
    }),
  };
}

/** Listed as `0=name`; below `0/` is the key itself. */
function keyTree(name: string, publicKey = ''): Tree {
  const list = () => `0=${name}`;
  const key = { 'openssh-key': fixed(publicKey) };
  return Object.defineProperty({ [`0=${name}`]: list }, '0', { value: key, enumerable: false });
}

function tagTree(tags: Record<string, string>): Tree {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, () => value]));
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html */
function identityDocument(options: MachineOptions, architecture: string): string {
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

function fixed(value: string): Leaf {
  return () => value;
}

/** The public DNS name that belongs to an address, as in `ec2-203-0-113-25.compute-1.amazonaws.com`. */
function publicName(address: string, region: string): string {
  const zone = region === 'us-east-1' ? 'compute-1' : `${region}.compute`;
  return `ec2-${address.replace(/\./g, '-')}.${zone}.amazonaws.com`;
}
