// What takes longer than the two minutes of `npm test` may: files that end in .long.test.ts.
import { onlyOf } from './jest.kind.mjs';

export default onlyOf('long');
