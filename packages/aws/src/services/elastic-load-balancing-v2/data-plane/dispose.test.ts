import { Stage } from '../stage';

/** Sockets and servers of this process that are open, those of earlier tests that are just closing included. */
function openSockets(): number {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind === 'TCPSocketWrap' || kind === 'TCPServerWrap').length;
}

test('no socket and no server is left open when the load balancing ends', async () => {
  const stage = new Stage();
  const { url, targetGroupArn } = await stage.balance();
  await stage.runInstance('i-1', (_request, response) => response.end('ok'));
  stage.register(targetGroupArn, 'i-1');
  await stage.until(targetGroupArn, 'i-1', 'healthy');
  await (await stage.network.fetch('internet', url)).text();
  stage.deregister(targetGroupArn, 'i-1');
  expect(openSockets()).toBeGreaterThan(0);
  await stage.dispose();
  while (openSockets() > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(openSockets()).toBe(0);
});
