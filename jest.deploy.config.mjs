// What deploys, verifies and removes whole services with tools of others: too much for one run of CI. Files that end in .deploy.test.ts.
import config from './jest.config.mjs';

export default {
  ...config,
  projects: config.projects.map((project) => ({
    ...project,
    testMatch: project.testMatch.map((pattern) => pattern.replace('.test.ts', '.deploy.test.ts')),
    testPathIgnorePatterns: [],
  })),
};
