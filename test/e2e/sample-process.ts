// The sample in a process of its own: told by its arguments, it tells its parent where it is, and ends with it.
import { aborted, interruptible } from '../../cli/interrupted';
import { startSample } from '../../cli/sample';

async function serve(project: string, timeScale: number, signal: AbortSignal): Promise<void> {
  const { aws, settings, fleet, service } = await startSample({
    project,
    time: { timeScale },
    port: 0,
    onStep: () => {},
    signal,
  });
  process.send?.({ settings, fleet, service });
  await aborted(signal);
  await aws.stop();
}

const [project = '', timeScale = ''] = process.argv.slice(2);
void interruptible((signal) => serve(project, Number(timeScale), signal)).then(() => process.disconnect?.());
