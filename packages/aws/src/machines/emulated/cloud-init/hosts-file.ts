/** Of `hosts.redhat.tmpl`, without its remarks. */
const LINES: readonly string[] = [
  '127.0.0.1 {name}',
  '127.0.0.1 localhost.localdomain localhost',
  '127.0.0.1 localhost4.localdomain4 localhost4',
  '',
  '::1 {name}',
  '::1 localhost.localdomain localhost',
  '::1 localhost6.localdomain6 localhost6',
];

/**
 * `/etc/hosts` as `manage_etc_hosts` has it.
 *
 * @param manage what the configuration says: true or `template` for a new file, `localhost` for a line in the one that is there
 * @param before the file as it is
 * @param fqdn the machine's full name
 * @returns undefined where the file is to stay as it is
 * @see https://docs.cloud-init.io/en/22.2.2/topics/modules.html#update-etc-hosts
 */
export function hostsFile(manage: boolean | string, before: string, fqdn: string): string | undefined {
  const name = [...new Set([fqdn, fqdn.split('.')[0] ?? fqdn])].join(' ');
  const how = String(manage).toLowerCase();
  if (how === 'localhost') {
    const others = before.split('\n').filter((line) => line !== '' && !/^127\.0\.1\.1\s/.test(line));
    return `${[...others, `127.0.1.1 ${name}`].join('\n')}\n`;
  }
  if (how !== 'true' && how !== 'template') return undefined;
  return `${LINES.map((line) => line.replace('{name}', name)).join('\n')}\n`;
}
