// Whole builds that are stopped, lose answers or meet people, in each state: too many for one run of CI. Files that end in .faults.test.ts.
import config from './jest.config.mjs';

export default {
  ...config,
  projects: config.projects.map((project) => ({
    ...project,
    testMatch: project.testMatch.map((pattern) => pattern.replace('.test.ts', '.faults.test.ts')),
    testPathIgnorePatterns: [],
  })),
};
