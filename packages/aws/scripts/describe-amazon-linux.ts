import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes the names of packages in `data/al2023/distribution.json` anew, either from what Amazon Linux 2023 publishes
 * (al2023-support-statements of github.com/amazonlinux/amazon-linux-2023; what came later stays):
 *
 *     npx tsx scripts/describe-amazon-linux.ts support_info.xml
 *
 * or all of it from what dnf and rpm say on an Amazon Linux 2023 machine:
 *
 *     dnf repoquery --qf '%{name}' | sort -u > names.txt
 *     rpm -qa --qf '[%{NAME} %{FILENAMES}\n]' | grep -E ' (/usr)?/s?bin/| /opt/aws/bin/' > programs.txt
 *     npx tsx scripts/describe-amazon-linux.ts 2023.9.20251117 names.txt programs.txt
 */
export interface Distribution {
  release: string;
  source: string;
  packages: string[];
  announced: string[];
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
  const packages = fold([...new Set(linesOf(names))]);
  return { release, source, packages, announced: [], provides: before.provides, image };
}

/**
 * @param before what the file holds: what was announced stays, but for what is published by now
 * @param statements the support statements, XML
 */
export function describePublished(before: Distribution, statements: string): Distribution {
  const names = new Set([...statements.matchAll(/<package name="([^"]+)"/g)].map(([, name = '']) => name));
  return {
    ...before,
    packages: fold([...names]),
    announced: before.announced.filter((name) => !names.has(name)),
  };
}

/** The thousands of `texlive-…` in one line, all others in one each. */
function fold(names: string[]): string[] {
  const prefix = 'texlive-';
  const [many, others] = [true, false].map((isMany) =>
    names.filter((name) => name.startsWith(prefix) === isMany).sort(),
  ) as [string[], string[]];
  const folded = many.map((name) => name.slice(prefix.length)).join(',');
  return [...others, ...(many.length > 0 ? [`${prefix}{${folded}}`] : [])].sort();
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

const [, script, release, names, programs] = process.argv;
if (script === fileURLToPath(import.meta.url) && release) {
  const file = join(dirname(script), '../data/al2023/distribution.json');
  const before: Distribution = JSON.parse(readFileSync(file, 'utf8'));
  const after =
    names && programs
      ? describeDistribution(before, release, readFileSync(names, 'utf8'), readFileSync(programs, 'utf8'))
      : describePublished(before, readFileSync(release, 'utf8'));
  writeFileSync(file, `${JSON.stringify(after, null, 1)}\n`);
}
