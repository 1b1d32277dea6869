import { writeHostKeys } from '../commands/keys/ssh-keygen';
import type { System } from '../system/system';
import { writeAuthorizedKeys } from './accounts';

/** Amazon Linux 2023 makes no RSA keys. https://docs.aws.amazon.com/linux/al2023/ug/ssh-host-keys-disabled.html */
const TYPES = ['ecdsa', 'ed25519'] as const;

/** What root's key is good for: it says as whom to log in instead. */
const ROOT_OPTIONS =
  'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo \'Please login as the user \\"ec2-user\\" rather than the user \\"root\\".\';echo;sleep 10;exit 142"';

/**
 * Gives a server its keys: a new instance has none of its image's, and one that has lost its own gets others.
 *
 * @param isNew whether the instance boots for the first time
 */
export function makeServerKeys({ disk, hostname, console }: System, isNew: boolean): void {
  if (isNew)
    for (const name of disk.listIfAny('/etc/ssh'))
      if (/^ssh_host_.*key/.test(name)) disk.remove(`/etc/ssh/${name}`);
  const made = writeHostKeys(disk, TYPES, `root@${hostname}`);
  if (made.length === 0) return;
  const lines = made.map(
    ({ bits, fingerprint, type }) => `${bits} ${fingerprint} root@${hostname} (${type.toUpperCase()})`,
  );
  for (const line of [
    '-----BEGIN SSH HOST KEY FINGERPRINTS-----',
    ...lines,
    '-----END SSH HOST KEY FINGERPRINTS-----',
  ])
    console.raw(`ec2: ${line}\r\n`);
}

/** Lets those in who have the key that the instance was launched with. */
export function authorizeLaunchKey({ disk, options }: System): void {
  const { publicKey } = options;
  if (publicKey === undefined) return;
  writeAuthorizedKeys(disk, 'ec2-user', [publicKey]);
  writeAuthorizedKeys(disk, 'root', [`${ROOT_OPTIONS} ${publicKey}`]);
}
