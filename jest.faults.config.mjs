// Whole builds that are stopped, lose answers or meet people, in each state: too many for one run of CI. Files that end in .faults.test.ts.
import { onlyOf } from './jest.kind.mjs';

export default onlyOf('faults');
