import files from '../../data/al2023/files.json';
import image from '../../data/al2023/image.json';
import packages from '../../data/al2023/packages.json';

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
