// What takes longer than the two minutes of `npm test` may: files that end in .long.test.ts.
import config from './jest.config.mjs';

export default {
  ...config,
  projects: config.projects.map((project) => ({
    ...project,
    testMatch: project.testMatch.map((pattern) => pattern.replace('.test.ts', '.long.test.ts')),
    testPathIgnorePatterns: [],
  })),
};
