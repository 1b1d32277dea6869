import type { Disk } from '../../disk/disk';

const FOLDER = '/var/cache/dnf';

/** As dnf names them: the metadata of each repository, and what it has made of it. */
const FILES = ['amazonlinux', 'kernel-livepatch'].flatMap((repository) => {
  const cached = `${repository}-${repository === 'amazonlinux' ? '8f6a2d5b3c0e1f47' : '1c9d7e24b05a6f38'}`;
  return [
    ...[
      'repomd.xml',
      'repomd.xml.asc',
      'primary.xml.gz',
      'filelists.xml.gz',
      'updateinfo.xml.gz',
      'comps.xml',
    ].map((name) => `${cached}/repodata/${name}`),
    `${repository}.solv`,
    `${repository}-filenames.solvx`,
  ];
});

/** What dnf downloads before it does anything with repositories. */
export function fillCache(disk: Disk): void {
  for (const name of [...FILES, 'expired_repos.json'])
    if (!disk.has(`${FOLDER}/${name}`))
      disk.install(`${FOLDER}/${name}`, name.endsWith('.json') ? '[]\n' : '');
}

/** Takes all of it away. @returns how many files */
export function clearCache(disk: Disk): number {
  const count = (path: string): number =>
    disk.find(path)?.kind === 'directory'
      ? disk.list(path).reduce((sum, name) => sum + count(`${path}/${name}`), 0)
      : 1;
  const names = disk.listIfAny(FOLDER);
  const files = names.reduce((sum, name) => sum + count(`${FOLDER}/${name}`), 0);
  for (const name of names) disk.remove(`${FOLDER}/${name}`);
  return files;
}
