import { runsAll } from './arguments';

test.each([
  [[]],
  [['--json', '--outputFile=/tmp/long.json']],
  [['--outputFile', '/tmp/long.json', '--json', '-w', '2', '-i']],
])('%j runs all tests', (given) => {
  expect(runsAll(given)).toBe(true);
});

test.each([
  [['test/e2e/errors']],
  [['--json', 'test/e2e/errors']],
  [['-t', 'a build']],
  [['--testNamePattern=a build']],
  [['--shard=1/2']],
  [['--onlyFailures']],
  [['--selectProjects', 'aws']],
  [['-w', '2', 'main-job']],
  [['--constructor']],
])('%j may run some only', (given) => {
  expect(runsAll(given)).toBe(false);
});
