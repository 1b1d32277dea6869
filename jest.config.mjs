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
  // The long tests mostly wait for processes of their own: one worker a core keeps all cores busy.
  maxWorkers: '100%',
};
