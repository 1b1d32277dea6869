// What deploys, verifies and removes whole services with tools of others: too much for one run of CI. Files that end in .deploy.test.ts.
import { onlyOf } from './jest.kind.mjs';

export default onlyOf('deploy');
