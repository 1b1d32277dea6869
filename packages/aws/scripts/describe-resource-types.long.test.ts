import names from '../data/resource-type-names.json';
import { loadResourceTypes } from '../src/services/cloudformation/resources/schema/resource-schema';
import { resourceTypes as handlers } from '../src/services/cloudformation/resources/types';
import { describeResourceTypes, listResourceTypes } from './describe-resource-types';

test('data/resource-types.json is what the specification says', async () => {
  const types = await loadResourceTypes();
  expect(describeResourceTypes(Object.keys(types))).toEqual(types);
});

test('data/resource-type-names.json has all names of the specification', () => {
  expect(names).toEqual(listResourceTypes());
});

test('every resource type that has a handler has a schema', async () => {
  expect(Object.keys(await loadResourceTypes())).toEqual(Object.keys(handlers).sort());
});

test('a type that CloudFormation does not know is an error', () => {
  expect(() => describeResourceTypes(['AWS::EC2::Toaster'])).toThrow(
    "CloudFormation's specification has no resource type AWS::EC2::Toaster",
  );
});
