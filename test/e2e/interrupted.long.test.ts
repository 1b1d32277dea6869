import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
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

test('a port that is taken is told with what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, errors } = await runKiln(['local', '--empty', '--port', String(port)]);
  await new Promise((resolve) => other.close(resolve));
  expect(errors).toBe(
    `kiln: port ${port} is taken by another program: name one with --port, or 0 to find a free one\n`,
  );
  expect(code).toBe(1);
});
