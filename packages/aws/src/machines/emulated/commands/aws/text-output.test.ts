import { toText } from './text-output';

test('a map is a line of its plain values in the order of its keys, with its place before it', () => {
  const Tags = [
    { Key: 'Name', ResourceId: 'i-1', ResourceType: 'instance', Value: 'web 1' },
    { Key: 'Stage', ResourceId: 'i-1', ResourceType: 'instance', Value: 'prod' },
  ];
  expect(toText({ Tags })).toBe('TAGS\tName\ti-1\tinstance\tweb 1\nTAGS\tStage\ti-1\tinstance\tprod\n');
  expect(toText({ Parameter: { Name: '/a', Value: 'x', Version: 1 } })).toBe('PARAMETER\t/a\tx\t1\n');
});

test('what a query leaves is one value, a row of them, or a table', () => {
  expect(toText('web 1')).toBe('web 1\n');
  expect(toText(null)).toBe('None\n');
  expect(toText(['a', 'b'])).toBe('a\tb\n');
  expect(
    toText([
      ['a', 1],
      ['b', true],
    ]),
  ).toBe('a\t1\nb\tTrue\n');
  expect(toText([{ n: 'a', v: 'x' }, { n: 'b' }])).toBe('a\tx\nb\t\n');
  expect(toText([])).toBe('');
});
