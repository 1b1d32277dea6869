import * as fc from 'fast-check';
import { findArnProblem, formatArn, parseArn, readArn, splitResource } from './arn';

test('an ARN is taken apart at its first five colons', () => {
  expect(parseArn('arn:aws:lambda:eu-north-1:000000000000:function:plan:live')).toEqual({
    partition: 'aws',
    service: 'lambda',
    region: 'eu-north-1',
    accountId: '000000000000',
    resource: 'function:plan:live',
  });
});

test.each(['', 'arn', 'arn:aws:s3::bucket', 'urn:aws:s3:::bucket', undefined])('%j is no ARN', (text) => {
  expect(parseArn(text)).toBeUndefined();
  expect(findArnProblem(text)).toBeDefined();
});

test('a resource is taken apart at its first slash or colon', () => {
  expect(splitResource('role/app/base')).toEqual({ type: 'role', id: 'app/base' });
  expect(splitResource('log-group:/aws/lambda/plan:*')).toEqual({
    type: 'log-group',
    id: '/aws/lambda/plan:*',
  });
  expect(splitResource('topic')).toEqual({ id: 'topic' });
});

test.each([
  ['arn:aws:iam::000000000000:root', undefined],
  ['arn:aws-cn:s3:::bucket/a:b', undefined],
  ['arn:aws-us-gov:sns:us-gov-west-1:000000000000:topic', undefined],
  ['arn:aws:iam::aws:policy/ReadOnlyAccess', undefined],
  ['arn:aws:sns', 'An ARN must have at least 6 elements, not 3'],
  ['urn:aws:s3:::bucket', 'An ARN must begin with arn:'],
  ['arn:aws2:s3:::bucket', 'An ARN cannot have the partition "aws2"'],
  ['arn:aws::::bucket', 'An ARN cannot have the service ""'],
  ['arn:aws:sns:Oslo:000000000000:topic', 'An ARN cannot have the region "Oslo"'],
  ['arn:aws:sns:eu-north-1:12:topic', 'An ARN cannot have the account "12"'],
  ['arn:aws:s3:::', 'An ARN must name a resource'],
])('the problem of %s is %s', (text, problem) => {
  expect(findArnProblem(text)).toBe(problem);
});

test('an ARN is read when it has the shape that is asked for', () => {
  const role = 'arn:aws:iam::000000000000:role/app/base';
  expect(readArn(role, { service: 'iam', type: 'role', region: 'absent' })?.resource).toBe('role/app/base');
  expect(readArn(role, { service: 'iam', type: 'user' })).toBeUndefined();
  expect(readArn(role, { service: 'sns' })).toBeUndefined();
  expect(readArn(role, { region: 'present' })).toBeUndefined();
  expect(readArn('arn:aws:iam')).toBeUndefined();
});

test('a formatted ARN is taken apart into the same elements', () => {
  const element = fc.stringMatching(/^[a-z0-9-]*$/);
  const arns = fc.record({
    partition: element,
    service: element,
    region: element,
    accountId: element,
    resource: fc.string(),
  });
  fc.assert(fc.property(arns, (arn) => expect(parseArn(formatArn(arn))).toEqual(arn)));
});
