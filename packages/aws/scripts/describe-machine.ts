import { getCommandNames } from 'just-bash';
import distribution from '../data/al2023/distribution.json';
import packages from '../data/al2023/packages.json';
import { DONE, LACKING, QUIET } from '../src/machines/emulated/cloud-init/modules';
import { OWN_PROGRAMS } from '../src/machines/emulated/commands/programs';
import { imagePrograms } from '../src/machines/emulated/packages/distribution';
import {
  HONOURED_OPTIONS,
  LACKING_OPTIONS,
  QUIET_OPTIONS,
  UNIT_KINDS,
} from '../src/machines/emulated/systemd/units/unit-options';

/** The page of what the emulated machine has and has not, as Markdown. @param written who writes it */
export function describeMachine(written: string): string {
  return `# The emulated machine

${written} What the inside of an instance has of Amazon Linux ${distribution.release}. What Amazon Linux has and this machine has not is refused in words:
\`line 3: the emulated machine has no package docker; Amazon Linux 2023 has\`, and the script ends there. What Amazon Linux does not have
either gets its own message.

## Packages

${describePackages()}

## Programs

${describePrograms()}

## Keys of a cloud-config

| | |
| --- | --- |
| done | ${list(DONE)} |
| accepted, with no effect that is seen | ${list(QUIET)} |
| refused | ${list(LACKING)} |

Parts of a multipart user data: \`text/x-shellscript\` (and its \`-per-boot\`, \`-per-instance\` and \`-per-once\`), \`text/cloud-config\` (merged as its \`merge_how\` or its header \`Merge-Type\` says) and \`text/cloud-boothook\`;
lists of addresses (\`#include\`), templates, archives and part handlers are refused.

## Options of units

Kinds of units: ${list(UNIT_KINDS)}.

${describeOptions()}
`;
}

function describePackages(): string {
  const rows = packages
    .filter(({ image }) => !image)
    .map(
      ({ name, version, summary, programs = [] }) =>
        `| \`${name}\` | ${version} | ${summary.replaceAll('|', '\\|')} | ${list(programs.map(nameOf))} |`,
    );
  const onImage = new Set([
    ...packages.filter(({ image }) => image).map(({ name }) => name),
    ...Object.keys(distribution.image),
  ]);
  return `\`dnf install\` can add these, with what they require:

| package | version | | programs |
| --- | --- | --- | --- |
${rows.join('\n')}

<details><summary>${onImage.size} are on the image from the start</summary>

${list([...onImage].sort())}

</details>

Of others the names are known, to tell them from mistyped ones. ${distribution.source}`;
}

function describePrograms(): string {
  const own = new Set([
    ...Object.keys(OWN_PROGRAMS).filter((name) => !name.startsWith('.')),
    ...getCommandNames(),
  ]);
  const there = new Set(
    [
      ...packages.flatMap(({ programs = [] }) => programs),
      ...imagePrograms().map(({ program }) => program),
    ].map(nameOf),
  );
  const lacking = imagePrograms().filter(({ program }) => !own.has(nameOf(program)));
  const byPackage = new Map<string, string[]>();
  for (const { program, package: name } of lacking)
    byPackage.set(name, [...(byPackage.get(name) ?? []), nameOf(program)]);
  const rows = [...byPackage].sort().map(([name, programs]) => `| \`${name}\` | ${list(programs)} |`);
  const done = [...there].filter((name) => own.has(name)).sort();
  return `${done.length} do here what they do there, as far as scripts use them:

${list(done)}.

<details><summary>${lacking.length} of the image are refused when they are run</summary>

| package | programs |
| --- | --- |
${rows.join('\n')}

</details>`;
}

function describeOptions(): string {
  const sections = ['Unit', 'Service', 'Timer', 'Install'];
  const of = (options: readonly string[], section: string) =>
    list(
      options
        .filter((option) => option.startsWith(`${section}.`))
        .map((option) => option.slice(section.length + 1)),
    );
  const rows = sections.map(
    (section) =>
      `| \`[${section}]\` | ${of(HONOURED_OPTIONS, section)} | ${of(QUIET_OPTIONS, section)} | ${of(LACKING_OPTIONS, section)} |`,
  );
  return `| section | done | accepted, with no effect that is seen | refused |
| --- | --- | --- | --- |
${rows.join('\n')}`;
}

function nameOf(program: string): string {
  return program.split('/').at(-1) ?? program;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
