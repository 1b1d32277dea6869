import { startAws } from '../../src';
import { newClients } from './clients';
import { runLoad } from './run-load';
import { scenarios } from './scenarios';
import { makeShared } from './shared';
import { Tally } from './tally';

/** Connections and listening ports of this process. */
const sockets = () => process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;

test('ten clients that create, describe and delete get no error of the server, and leave no socket', async () => {
  const complaints: unknown[][] = [];
  const { error } = console;
  console.error = (...words: unknown[]) => complaints.push(words);
  const before = sockets();
  const aws = await startAws({ timeScale: 60 });
  const troubles: string[] = [];
  const tally = new Tally();
  try {
    const { clients, close } = newClients(aws.client, new Tally());
    const shared = await makeShared(clients);
    close();
    await runLoad({
      settings: aws.client,
      shared,
      clients: 10,
      seconds: 20,
      tally,
      onTrouble: (scenario, thrown) => troubles.push(`${scenario}: ${thrown}`),
    });
  } finally {
    await aws.stop();
    console.error = error;
  }
  expect(tally.failures).toEqual([]);
  expect(troubles).toEqual([]);
  expect(complaints).toEqual([]);
  expect(tally.calls).toBeGreaterThan(scenarios.length * 5);
  // Node takes note of a closed socket in a later turn.
  for (let turn = 0; turn < 100 && sockets() > before; turn += 1)
    await new Promise((end) => setTimeout(end, 10));
  expect(sockets()).toBe(before);
}, 120_000);
