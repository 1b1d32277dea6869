import { join } from 'node:path';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { callApi } from '../cli/api';
import { projectFolder } from '../cli/project';
import { pushSite } from '../cli/push';
import { type Sample, startSample } from '../cli/sample';

/*
 * How long a whole build takes, from its request to the verified fleet, once the service is deployed: where AWS's time leaps, beside
 * AWS's time at sixty times real speed. The first build brings the first image into an empty group, the second refreshes it.
 *
 * npm run bench:build
 */

interface Row {
  readonly time: string;
  readonly build: number;
  readonly wallSeconds: string;
  readonly cpuSeconds: string;
  readonly awsSeconds: string;
}

async function runBuild(sample: Sample): Promise<void> {
  const states = new SFNClient(sample.settings);
  const stateMachineArn = sample.service.StateMachineArn;
  const url = `${sample.service.HttpApiUrl}/pipelines/web/builds`;
  const { status, body } = await callApi(sample.settings, 'POST', url, {});
  if (status !== 202) throw new Error(`POST ${url}: ${status} ${JSON.stringify(body)}`);
  for (;;) {
    const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
    const found = executions?.find(({ name }) => name === (body as { id: string }).id);
    if (found?.status === 'SUCCEEDED') return;
    if (found && found.status !== 'RUNNING') throw new Error(`the build ended as ${found.status}`);
    await sample.aws.clock.sleep(30);
  }
}

async function measure(name: string, time: { leap: true } | { timeScale: number }): Promise<Row[]> {
  const sample = await startSample({
    project: projectFolder,
    port: 0,
    time,
    schedules: false,
    onStep: () => {},
    signal: new AbortController().signal,
  });
  try {
    await pushSite(sample.settings, join(projectFolder, 'pipelines'), 'web');
    const rows: Row[] = [];
    for (const build of [1, 2]) {
      const [startedAt, cpu, aws] = [performance.now(), process.cpuUsage(), sample.aws.clock.now().getTime()];
      await runBuild(sample);
      const { user, system } = process.cpuUsage(cpu);
      rows.push({
        time: name,
        build,
        wallSeconds: ((performance.now() - startedAt) / 1000).toFixed(2),
        cpuSeconds: ((user + system) / 1e6).toFixed(2),
        awsSeconds: ((sample.aws.clock.now().getTime() - aws) / 1000).toFixed(0),
      });
    }
    return rows;
  } finally {
    await sample.aws.stop();
  }
}

const rows = [
  ...(await measure('leaping', { leap: true })),
  ...(await measure('sixtyfold', { timeScale: 60 })),
];
console.table(rows);
