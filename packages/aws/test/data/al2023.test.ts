import files from '../../data/al2023/files.json';
import image from '../../data/al2023/image.json';
import packages from '../../data/al2023/packages.json';
import { isInAmazonLinux } from '../../src/machines/emulated/packages/distribution';

test('every file has its lines, and no lines are of no file', () => {
  const paths = [
    ...image.files.filter(({ copyOf }) => copyOf === undefined).map(({ path }) => path),
    ...packages.flatMap((entry) => (entry.files ?? []).map(({ path }) => path)),
  ];
  expect(Object.keys(files)).toEqual(paths.sort());
});

test('every copy is of a file of the image', () => {
  const paths = image.files.map(({ path }) => path);
  const copied = image.files.flatMap(({ copyOf }) => copyOf ?? []);
  expect(copied.filter((path) => !paths.includes(path))).toEqual([]);
});

test('every requirement of a package is a package or what one provides', () => {
  const known = new Set(packages.flatMap(({ name, provides = [] }) => [name, ...provides]));
  const required = packages.flatMap(({ requires = [] }) => requires);
  expect(required.filter((name) => !known.has(name))).toEqual([]);
});

test('a name of the distribution is told from one that is mistyped or of another distribution', () => {
  for (const name of ['texlive-beamer', 'R-java-devel', 'gtk3.x86_64', 'nodejs24', 'tex*beamer'])
    expect([name, isInAmazonLinux(name)]).toEqual([name, true]);
  for (const name of ['apache2', 'gti', 'texlive-no-such', 'build-essential', 'epel-release', 'zz-*'])
    expect([name, isInAmazonLinux(name)]).toEqual([name, false]);
});
