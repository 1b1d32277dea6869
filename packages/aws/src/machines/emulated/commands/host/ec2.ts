import { fail, type Program, type Programs, succeed } from '../program';

const METADATA: Readonly<Record<string, string>> = {
  '-a': 'ami-id',
  '--ami-id': 'ami-id',
  '-i': 'instance-id',
  '--instance-id': 'instance-id',
  '-t': 'instance-type',
  '--instance-type': 'instance-type',
  '-h': 'local-hostname',
  '--local-hostname': 'local-hostname',
  '-o': 'local-ipv4',
  '--local-ipv4': 'local-ipv4',
  '-v': 'public-ipv4',
  '--public-ipv4': 'public-ipv4',
  '-z': 'placement/availability-zone',
  '--availability-zone': 'placement/availability-zone',
  '-R': 'placement/region',
  '--region': 'placement/region',
  '-s': 'security-groups',
  '--security-groups': 'security-groups',
  '-m': 'mac',
};

const ec2Metadata: Program = async (args, { guest }) => {
  const base = 'http://169.254.169.254/latest';
  const ttl = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (
    await guest.network.fetch(`${base}/api/token`, { method: 'PUT', headers: ttl })
  ).text();
  const quiet = args.includes('--quiet') || args.includes('-q');
  const asked = args.flatMap((arg) => METADATA[arg] ?? []);
  const unknown = args.find(
    (arg) => METADATA[arg] === undefined && !['--quiet', '-q', '--all'].includes(arg),
  );
  if (unknown !== undefined) return fail(1, `ec2-metadata: unknown option ${unknown}`);
  const paths = asked.length > 0 ? asked : [...new Set(Object.values(METADATA))];
  const lines: string[] = [];
  for (const path of paths) {
    const answer = await guest.network.fetch(`${base}/meta-data/${path}`, {
      headers: { 'X-aws-ec2-metadata-token': token },
    });
    const value = answer.ok ? await answer.text() : 'not available';
    lines.push(
      quiet
        ? `${value}\n`
        : `${path.replace('availability-zone', 'placement').replace(/^placement\/(region|placement)/, '$1')}: ${value}\n`,
    );
  }
  return succeed(lines.join(''));
};

/** What only a machine of EC2 has. */
export const EC2_PROGRAMS: Programs = { 'ec2-metadata': ec2Metadata };
