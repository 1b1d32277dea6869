import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { callApi } from '../cli/api';
import { packageService } from '../cli/package-service';
import { projectFolder } from '../cli/project';
import { pushSite } from '../cli/push';
import { type Sample, startSample } from '../cli/sample';
import { countCalls, type Phase, Stopwatch } from './stopwatch';

/*
 * What a whole build costs, from its request to the verified fleet, and what comes before: starting the embedded AWS, its fleet, the
 * deployment of the service. The first build brings the first image into an empty group, the second refreshes it. AWS's time leaps, in a
 * process that is new and again in one that has done it all before, and functions run in it, as `npm start` has them; beside it with
 * functions in threads, as `kiln local` has them, and with AWS's time at sixty times real speed, too.
 *
 * npm run bench:build [leaping | again | threads | sixtyfold …]
 */

const WAYS = {
  leaping: { time: { leap: true }, functions: 'process' },
  again: { time: { leap: true }, functions: 'process' },
  threads: { time: { leap: true }, functions: 'threads' },
  sixtyfold: { time: { timeScale: 60 }, functions: 'threads' },
} as const;
type Name = keyof typeof WAYS;

async function runBuild(sample: Sample): Promise<void> {
  const states = new SFNClient(sample.settings);
  const stateMachineArn = sample.service.StateMachineArn;
  const url = `${sample.service.HttpApiUrl}/pipelines/web/builds`;
  // What was baked already would be found again.
  const { status, body } = await callApi(sample.settings, 'POST', url, { force: true });
  if (status !== 202) throw new Error(`POST ${url}: ${status} ${JSON.stringify(body)}`);
  for (;;) {
    const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
    const found = executions?.find(({ name }) => name === (body as { id: string }).id);
    if (found?.status === 'SUCCEEDED') return;
    if (found && found.status !== 'RUNNING') throw new Error(`the build ended as ${found.status}`);
    await sample.aws.clock.sleep(30);
  }
}

async function measure(name: Name, packaged: string): Promise<Phase[]> {
  const watch = new Stopwatch();
  const sample = await startSample({
    project: projectFolder,
    packaged,
    port: 0,
    ...WAYS[name],
    schedules: false,
    onStep: (step) => void watch.begin(step.startsWith('deploy') ? 'deploy' : 'start, fleet'),
    signal: new AbortController().signal,
  });
  try {
    await watch.end();
    watch.follow(sample.aws);
    await pushSite(sample.settings, join(projectFolder, 'pipelines'), 'web');
    for (const build of ['first build', 'second build']) {
      await watch.begin(build);
      await runBuild(sample);
    }
    await watch.end();
    return watch.phases;
  } finally {
    await sample.aws.stop();
  }
}

const names = process.argv.slice(2) as Name[];
const packaged = await mkdtemp(join(tmpdir(), 'kiln-package-'));
try {
  const begun = performance.now();
  await packageService(projectFolder, packaged);
  console.log(`the service is packaged after ${((performance.now() - begun) / 1000).toFixed(2)} s`);
  for (const name of names.length > 0 ? names : (Object.keys(WAYS) as Name[])) {
    console.log(`\n${name}`);
    const phases = await measure(name, packaged);
    console.table(Object.fromEntries(phases.map(({ name, shown }) => [name, shown])));
    if (name === 'leaping') console.table(countCalls(phases));
  }
} finally {
  await rm(packaged, { recursive: true, force: true });
}
