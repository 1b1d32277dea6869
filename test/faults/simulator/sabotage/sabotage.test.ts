import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../../cli/project';
import { SABOTAGES } from './sabotages';
import { findRuns } from './seeds';

test('the service is broken in more than ten ways', () => {
  expect(SABOTAGES.length).toBeGreaterThan(10);
});

test.each(SABOTAGES)('$name: what is broken is there, and a drawn run meets it', (sabotage) => {
  expect(readFileSync(join(projectFolder, sabotage.file), 'utf8').split(sabotage.find)).toHaveLength(2);
  expect(findRuns(sabotage).length).toBeGreaterThan(0);
});
