import { runKiln } from './command';

jest.setTimeout(180_000);

test.each([
  ['while the service is packaged', 'package the service', 'SIGINT', 130],
  ['while a build runs', 'LaunchInstance', 'SIGTERM', 143],
] as const)('a start that is interrupted %s ends, and leaves nothing', async (_when, step, name, status) => {
  const { code, files, errors } = await runKiln(['start'], (output, signal) => {
    if (output.includes(step)) signal(name);
  });
  expect(errors).toBe('');
  expect(files).toEqual([]);
  expect(code).toBe(status);
});

test('the embedded AWS ends well when it is interrupted once it is ready', async () => {
  const { code, files, output } = await runKiln(['local', '--empty', '--port', '0'], (soFar, signal) => {
    if (/^ready/m.test(soFar)) signal('SIGINT');
  });
  expect(output).toMatch(/^endpoint {2}http:\/\/127\.0\.0\.1:\d+ /m);
  expect(files).toEqual([]);
  expect(code).toBe(0);
});
