import config from './jest.config.mjs';

/** The tests of one kind alone, in all projects: files that end in `.<kind>.test.ts`, which `npm test` leaves out. */
export const onlyOf = (kind) => ({
  ...config,
  projects: config.projects.map((project) => ({
    ...project,
    testMatch: project.testMatch.map((pattern) => pattern.replace('.test.ts', `.${kind}.test.ts`)),
    testPathIgnorePatterns: [],
  })),
});
