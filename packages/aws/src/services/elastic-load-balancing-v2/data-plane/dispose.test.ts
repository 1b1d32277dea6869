import { LoadBalancedRegion } from '../../../testing/load-balancing';

/** Sockets and servers of this process that are open, those of earlier tests that are just closing included. */
function openSockets(): number {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind === 'TCPSocketWrap' || kind === 'TCPServerWrap').length;
}

test('no socket and no server is left open when the load balancing ends', async () => {
  const region = await LoadBalancedRegion.start();
  const { url, targetGroupArn } = await region.balance();
  await region.runInstance('i-1', (_request, response) => response.end('ok'));
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  await (await region.network.fetch('internet', url)).text();
  await region.deregister(targetGroupArn, 'i-1');
  expect(openSockets()).toBeGreaterThan(0);
  await region.stop();
  while (openSockets() > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(openSockets()).toBe(0);
});
