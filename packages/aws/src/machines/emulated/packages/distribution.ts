import { compileWildcard } from 'aws-languages/wildcard';
import distribution from '../../../../data/al2023/distribution.json';

const ON_IMAGE = new Map(
  Object.entries(distribution.image).map(([name, programs]) => [
    name,
    programs.split(' ').filter((program) => program !== ''),
  ]),
);

const ALL = new Set([
  ...[...distribution.packages, ...distribution.announced].flatMap(expandBraces),
  ...ON_IMAGE.keys(),
]);

/** Names of package groups, as `dnf groupinstall` takes them. */
const GROUPS = new Set([
  'development tools',
  'development-tools',
  'development',
  'core',
  'minimal-environment',
]);

/** Whether Amazon Linux 2023 has a package of that name or pattern, or one that provides it. */
export function isInAmazonLinux(name: string): boolean {
  const bare = withoutArchitecture(name);
  if (bare in distribution.provides || ALL.has(bare)) return true;
  if (!/[*?]/.test(bare)) return false;
  const pattern = compileWildcard(bare);
  return [...ALL].some((one) => pattern.test(one));
}

/** Whether its standard AMI has the package from the start. */
export function isOnAmazonLinuxImage(name: string): boolean {
  const bare = withoutArchitecture(name);
  return ON_IMAGE.has(distribution.provides[bare] ?? bare);
}

/** Whether Amazon Linux 2023 has a group of packages of that name. */
export function isAmazonLinuxGroup(name: string): boolean {
  return GROUPS.has(name.replace(/^@/, '').toLowerCase());
}

/** Programs of the standard AMI, as names or absolute paths, with the packages that they are of. */
export function imagePrograms(): { program: string; package: string }[] {
  return [...ON_IMAGE].flatMap(([name, programs]) => programs.map((program) => ({ program, package: name })));
}

function withoutArchitecture(name: string): string {
  return name.replace(/\.(x86_64|aarch64|noarch)$/, '');
}

/** As in bash: `a{,-b}` is `a` and `a-b`. */
function expandBraces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', choices = '', after = ''] = match;
  return choices.split(',').flatMap((choice) => expandBraces(`${before}${choice}${after}`));
}
