import { findPatternProblem } from 'aws-languages/event-pattern';

test.each([
  {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { object: { key: [{ prefix: 'web/' }] } },
  },
  { detail: { $or: [{ a: [1] }, { b: { c: [{ exists: false }] } }] } },
])('an event pattern of lists and further fields is valid', (pattern) => {
  expect(findPatternProblem(pattern)).toBeUndefined();
});

test.each([
  [{}, 'expected at least one field'],
  [{ detail: {} }, 'expected at least one field in detail'],
  [{ source: 'aws.s3' }, 'expected a list of values or further fields in source'],
  [{ detail: { state: null } }, 'expected a list of values or further fields in detail.state'],
  [{ source: [] }, 'expected at least one value in the list of source'],
  [{ $or: ['a'] }, 'expected event patterns in the list of $or'],
  [{ source: ['x'.repeat(2048)] }, 'expected at most 2048 characters, got 2063'],
])('%j is no event pattern, and the message says why', (pattern, problem) => {
  expect(findPatternProblem(pattern)).toBe(problem);
});
