import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes `data/al2023/distribution.json` anew from what dnf and rpm say on an Amazon Linux 2023 machine:
 *
 *     dnf repoquery --qf '%{name}' | sort -u > names.txt
 *     rpm -qa --qf '[%{NAME} %{FILENAMES}\n]' | grep -E ' (/usr)?/s?bin/| /opt/aws/bin/' > programs.txt
 *     npx tsx scripts/describe-amazon-linux.ts 2023.9.20251117 names.txt programs.txt
 */
export interface Distribution {
  release: string;
  source: string;
  packages: string[];
  provides: Record<string, string>;
  image: Record<string, string>;
}

/**
 * @param before what the file holds: names that packages provide are kept
 * @param names a package a line
 * @param programs a package of the image and the path of one of its files a line
 */
export function describeDistribution(
  before: Pick<Distribution, 'provides'>,
  release: string,
  names: string,
  programs: string,
): Distribution {
  const image: Record<string, string> = {};
  for (const line of linesOf(programs)) {
    const [name = '', path = ''] = line.split(' ');
    // Programs of the system's folders go by their names alone.
    const program = path.replace(/^(?:\/usr)?\/s?bin\//, '');
    image[name] = [...new Set([...(image[name] ?? '').split(' ').filter(Boolean), program])].join(' ');
  }
  const source = `Names of packages as dnf lists them in the repository of ${release}, and the programs of the image's packages as rpm lists them (scripts/describe-amazon-linux.ts).`;
  return { release, source, packages: [...new Set(linesOf(names))].sort(), provides: before.provides, image };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

const [, script, release, names, programs] = process.argv;
if (script === fileURLToPath(import.meta.url) && release && names && programs) {
  const file = join(dirname(script), '../data/al2023/distribution.json');
  const before: Distribution = JSON.parse(readFileSync(file, 'utf8'));
  const after = describeDistribution(
    before,
    release,
    readFileSync(names, 'utf8'),
    readFileSync(programs, 'utf8'),
  );
  writeFileSync(file, `${JSON.stringify(after, null, 1)}\n`);
}
