import { availableParallelism } from 'node:os';
import preset from './jest.preset.mjs';

/** A room of tests of its own, so that one can be run alone: `npm test -w embedded-aws`. */
const project = (displayName, rootDir, more = {}) => ({ ...preset, displayName, rootDir, ...more });

export default {
  projects: [
    project('kiln', '.', {
      setupFiles: ['<rootDir>/test/quiet.ts'],
      testMatch: ['<rootDir>/test/**/*.test.ts'],
    }),
    project('aws', 'packages/aws', {
      testMatch: ['<rootDir>/{src,test,scripts}/**/*.test.ts'],
    }),
    project('languages', 'packages/aws-languages', { testMatch: ['<rootDir>/src/**/*.test.ts'] }),
  ],
  testSequencer: '<rootDir>/test/simulations-first.mjs',
  // Many tests wait for AWS's clock or for processes of their own: more workers than cores keep all cores busy.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
};
