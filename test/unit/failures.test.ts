import { nameTransient } from '../../src/failures';

/** An error as the SDK throws it: TooManyUpdates comes with 400, whatever the models say (hashicorp/terraform-provider-aws#1082). */
function refuse(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });
}

test.each([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'SlowDown',
  'TooManyUpdates',
  'ScalingActivityInProgress',
  'ScalingActivityInProgressFault',
  'ConcurrentModificationException',
])('%s passes: the state machine tries again', (name) => {
  expect(nameTransient(refuse(name)).name).toBe('TransientFailure');
});

test('what AWS fails with on its side passes, whatever its name', () => {
  expect(nameTransient(refuse('ResourceContention', 500)).name).toBe('TransientFailure');
});

test.each(['AccessDenied', 'ValidationError', 'ParameterNotFound', 'InvalidAMIID.NotFound'])(
  '%s stays what it is',
  (name) => {
    expect(nameTransient(refuse(name)).name).toBe(name);
  },
);

test('of several failures none may stay, or all of them do', () => {
  const [passing, lasting] = [refuse('Throttling'), refuse('AccessDenied')];
  expect(nameTransient(new AggregateError([passing, passing])).name).toBe('TransientFailure');
  expect(nameTransient(new AggregateError([passing, lasting])).name).toBe('AggregateError');
});
