import { pipelineRows } from '../../view/lists';
import { table } from '../../view/text';
import type { Run } from '../context';
import { listPipelines } from '../find';
import { nextOf } from '../next';

/** `kiln pipelines`: what serves of each, what runs and what comes next. */
export const pipelines: Run = async ({ terminal, connect }, _args, options) => {
  const remote = await connect(options);
  const found = await listPipelines(remote);
  if (options.json) terminal.json({ pipelines: found });
  else if (found.length === 0)
    terminal.print('no pipelines: add a folder under pipelines/ and deploy the service');
  else {
    terminal.print(...table(pipelineRows(found, remote.now()), terminal.columns));
    terminal.print(nextOf(options, `kiln builds ${found[0]?.name}`));
  }
  return undefined;
};
