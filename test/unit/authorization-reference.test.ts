import { findPolicyProblems, type Statement } from '../authorization-reference';

const allow = (
  Action: string,
  Resource: string | string[],
  Condition?: Statement['Condition'],
): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const [image, snapshot] = ['arn:aws:ec2:*::image/*', 'arn:aws:ec2:*::snapshot/*'];
const tagged = (prefix: string) => ({ StringEquals: { [`${prefix}/team`]: 'web' } });

test('an action that is not there is found', () => {
  expect(findPolicyProblems([allow('ec2:DescribeImage', '*')])).toEqual(['ec2:DescribeImage is no action']);
});

test('an action that knows no resource is never allowed on one', () => {
  expect(findPolicyProblems([allow('ec2:DescribeImages', image)])).toEqual([
    `ec2:DescribeImages is about none of ${image}`,
    `${image} is of no type that ec2:DescribeImages is about`,
  ]);
});

test('a resource of another type is found', () => {
  expect(
    findPolicyProblems([allow('s3:GetObject', ['arn:aws:s3:::outputs', 'arn:aws:s3:::outputs/*'])]),
  ).toEqual(['arn:aws:s3:::outputs is of no type that s3:GetObject is about']);
});

test('all that an action is about must be named, by whichever statement', () => {
  const made = allow('ec2:CreateImage', [image, snapshot]);
  const of = allow('ec2:CreateImage', 'arn:aws:ec2:us-east-1:000000000000:instance/*');
  expect(findPolicyProblems([made])).toEqual([
    'ec2:CreateImage is about resources of the type instance, too, and names none',
  ]);
  expect(findPolicyProblems([made, of])).toEqual([]);
});

test('a condition on what AWS does not tell of an action is found', () => {
  const all = [image, snapshot];
  expect(findPolicyProblems([allow('ec2:CopyImage', all, tagged('aws:RequestTag'))])).toEqual([]);
  expect(findPolicyProblems([allow('ec2:CopyImage', all, tagged('aws:ResourceTag'))])).toEqual([
    'ec2:CopyImage has no aws:ResourceTag/team on image, snapshot',
  ]);
  expect(findPolicyProblems([allow('ec2:DeregisterImage', image, tagged('aws:ResourceTag'))])).toEqual([]);
});

test('a key of every request may be asked for, and a service that nobody knows here is passed over', () => {
  const via = { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['ec2.amazonaws.com'] } };
  expect(findPolicyProblems([allow('ec2:DescribeImages', '*', via), allow('nothing:Do', 'arn:x')])).toEqual(
    [],
  );
});
