// The sample in a process of its own: told by its arguments, it tells its parent where it is, and ends with it.
import { interrupted } from '../../cli/interrupted';
import { startSample } from '../../cli/sample';

async function serve(project: string, timeScale: number): Promise<void> {
  const { aws, settings, fleet, service } = await startSample({
    project,
    timeScale,
    port: 0,
    onStep: () => {},
  });
  process.send?.({ settings, fleet, service });
  await interrupted();
  await aws.stop();
}

const [project = '', timeScale = ''] = process.argv.slice(2);
void serve(project, Number(timeScale)).then(() => process.disconnect?.());
