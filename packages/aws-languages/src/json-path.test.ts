import * as fc from 'fast-check';
import { isDefinitePath, readPath, splitPath } from './json-path';

test.each(['$', '$.a', '$.a.b-c[0]', "$['a b'].c", '$["a\'b"][2]', '$.å'])('%s names one place', (path) => {
  expect(isDefinitePath(path)).toBe(true);
});

test.each(['', 'a', '$.*', '$..a', '$.a[*]', '$.a[1:2]', '$.a[?(@.b)]', '$.a[-1]', '$.', "$['']"])(
  '%s may name many places, or none',
  (path) => {
    expect(isDefinitePath(path)).toBe(false);
  },
);

test('a path is read step by step, through objects and lists', () => {
  const root = { a: [{ 'b.c': 1 }], d: null };
  expect(splitPath("$.a[0]['b.c']")).toEqual(['a', 0, 'b.c']);
  expect(readPath(root, "$.a[0]['b.c']")).toBe(1);
  expect(readPath(root, '$')).toBe(root);
  expect(readPath(root, '$.d')).toBeNull();
  expect(readPath(root, '$.d.e')).toBeUndefined();
  expect(readPath(root, '$.a[1]')).toBeUndefined();
});

test('what all objects inherit is not there', () => {
  expect(readPath({}, '$.constructor')).toBeUndefined();
  expect(readPath([], '$.length.toString')).toBeUndefined();
});

test('a quoted key is found whatever it is', () => {
  const keys = fc.string({ minLength: 1 }).filter((key) => !key.includes('"') && key !== '__proto__');
  fc.assert(
    fc.property(keys, fc.jsonValue(), (key, value) => {
      const path = `$["${key}"]`;
      expect(isDefinitePath(path)).toBe(true);
      expect(readPath({ [key]: value }, path)).toEqual(value);
    }),
  );
});
