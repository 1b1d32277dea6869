import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import fc from 'fast-check';
import { parseReport } from '../../../src/server/command/report';
import { readSystem, writeBom } from '../../../src/server/packages/bom';
import { comparePackages, describeChanges } from '../../../src/server/packages/changes';
import { type Package, readPackages } from '../../../src/server/packages/package';
import { settings } from '../../properties/settings';
import { BUILD } from '../records';

const encode = (text: string) => Buffer.from(text).toString('base64');
const reportOf = (told: Record<string, string>) => ({
  entries: parseReport(
    Object.entries(told)
      .map(([name, text]) => `kiln ${name} ${encode(text)}\n`)
      .join(''),
  ),
  errors: '',
});

const AMAZON = readSystem(
  'NAME="Amazon Linux"\nID="amzn"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023.6"\n',
  '6.1.1',
);

/** What is wrong with a text by CycloneDX's own schema. */
async function validate(text: string): Promise<unknown> {
  return new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
}

describe('packages', () => {
  test('are what rpm lists, without the keys that signed them', () => {
    const rpm = [
      'openssl-libs\t1\t3.0.8-1.amzn2023\tx86_64\tASL 2.0\tAmazon Linux',
      'bash\t(none)\t5.2.15-1.amzn2023\tx86_64\tGPLv3+\tAmazon Linux',
      'gpg-pubkey\t(none)\td832c631-6515c85e\t(none)\tpubkey\t(none)',
    ].join('\n');
    expect(readPackages(reportOf({ rpm }))).toEqual([
      {
        type: 'rpm',
        name: 'bash',
        version: '5.2.15-1.amzn2023',
        architecture: 'x86_64',
        license: 'GPLv3+',
        vendor: 'Amazon Linux',
      },
      {
        type: 'rpm',
        name: 'openssl-libs',
        version: '1:3.0.8-1.amzn2023',
        architecture: 'x86_64',
        license: 'ASL 2.0',
        vendor: 'Amazon Linux',
      },
    ]);
  });

  test('are what dpkg, pip and npm list', () => {
    const found = readPackages(
      reportOf({
        deb: 'libc6\t2.35-0ubuntu3\tamd64\tUbuntu Developers <u@example.org>\n',
        pypi: '[{"name":"Flask","version":"3.0.0"}]',
        npm: '{"dependencies":{"@scope/tool":{"version":"1.2.3"},"broken":{}}}',
      }),
    );
    expect(found.map(({ type, name, version }) => `${type} ${name} ${version}`)).toEqual([
      'deb libc6 2.35-0ubuntu3',
      'npm @scope/tool 1.2.3',
      'pypi Flask 3.0.0',
    ]);
  });

  test('of a manager that is broken are none, and those of the others stay', () => {
    const found = readPackages(
      reportOf({ pypi: 'Traceback', npm: '[]', rpm: 'bash\t0\t5\tx86_64\t\t\n\nhalf a line' }),
    );
    expect(found).toEqual([{ type: 'rpm', name: 'bash', version: '5', architecture: 'x86_64' }]);
  });
});

describe('a bill of materials', () => {
  const bash: Package = {
    type: 'rpm',
    name: 'bash',
    version: '1:5.2-1',
    architecture: 'x86_64',
    license: 'GPLv3+',
  };

  test('is CycloneDX by its own schema', async () => {
    const text = writeBom(BUILD, AMAZON, [bash, { type: 'npm', name: '@scope/tool', version: '1.2.3' }]);
    expect(await validate(text)).toBeNull();
    const { components, serialNumber, metadata } = JSON.parse(text);
    expect(components.map(({ purl }: { purl: string }) => purl)).toEqual([
      'pkg:rpm/amzn/bash@1:5.2-1?arch=x86_64',
      'pkg:npm/%40scope/tool@1.2.3',
    ]);
    expect(metadata.properties).toEqual([{ name: 'kiln:kernel', value: '6.1.1' }]);
    expect(writeBom(BUILD, AMAZON, [])).toContain(serialNumber);
    expect(writeBom(BUILD.replace('A5', 'A6'), AMAZON, [])).not.toContain(serialNumber);
  });

  test('that is none is told by that schema', async () => {
    expect(await validate('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}')).not.toBeNull();
  });

  test('leaves out what has no name', async () => {
    const packages = readPackages(
      reportOf({
        npm: '{"dependencies":{" ":{"version":"1"},"@scope/":{"version":"1"},"tool":{"version":"1"}}}',
        pypi: '[{"name":" ","version":"1"}]',
        rpm: ' \t0\t1\tx86_64\t\t',
      }),
    );
    expect(packages.map(({ name }) => name)).toEqual(['tool']);
    expect(await validate(writeBom(BUILD, AMAZON, packages))).toBeNull();
  });

  test('is valid whatever packages are called', async () => {
    const text = fc.string({ unit: 'binary' });
    const rows = fc.sample(fc.tuple(text, text, text, text, text, text), settings());
    const lines = rows.map((row) => row.join('\t')).join('\n');
    const packages = readPackages(reportOf({ rpm: lines, deb: lines }));
    expect(packages.length).toBeGreaterThan(rows.length / 2);
    // One for all: the schema is compiled for each.
    expect(await validate(writeBom(BUILD, readSystem(lines, lines), packages))).toBeNull();
  });
});

describe('what changed since the image before', () => {
  const listed = (name: string, version: string, arch = 'x86_64') => ({
    name,
    version,
    purl: `pkg:rpm/amzn/${name}@${version}?arch=${arch}`,
  });

  test('is what came, what went, and what has another version', () => {
    const changes = comparePackages(
      BUILD,
      [
        listed('bash', '1'),
        listed('gone', '1'),
        listed('kernel', '6.1.1'),
        listed('glibc', '2', 'i686'),
        listed('glibc', '2'),
      ],
      [
        listed('bash', '2'),
        listed('new', '1'),
        listed('kernel', '6.1.1'),
        listed('kernel', '6.1.2'),
        listed('glibc', '2', 'i686'),
        listed('glibc', '3'),
      ],
      { from: '6.1.1', to: '6.1.2' },
    );
    expect(changes).toEqual({
      since: BUILD,
      counts: { added: 2, removed: 1, upgraded: 2 },
      added: [
        { name: 'new', version: '1' },
        { name: 'kernel', version: '6.1.2' },
      ],
      removed: [{ name: 'gone', version: '1' }],
      upgraded: [
        { name: 'bash', from: '1', to: '2' },
        { name: 'glibc', from: '2', to: '3' },
      ],
      kernel: { from: '6.1.1', to: '6.1.2' },
    });
    expect(describeChanges(changes)).toBe(
      `packages since ${BUILD}: 2 upgraded, 2 added, 1 removed, kernel 6.1.1 to 6.1.2`,
    );
  });

  test('is nothing between equal images, and has room in a record for a whole new release', () => {
    const many = Array.from({ length: 2000 }, (_, at) => listed(`package-${at}`, '1'));
    expect(describeChanges(comparePackages(BUILD, many, many))).toBeUndefined();
    const changes = comparePackages(
      BUILD,
      many,
      many.map(({ name }) => listed(name, '2')),
    );
    expect(changes.counts.upgraded).toBe(2000);
    expect(changes.upgraded).toHaveLength(100);
    const long = 'x'.repeat(100_000);
    const hostile = many.map(({ name }) => listed(name + long, long));
    expect(JSON.stringify(comparePackages(BUILD, [], hostile)).length).toBeLessThan(64_000);
  });
});
