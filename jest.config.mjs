// Everything is compiled to CommonJS by swc, dependencies that ship only ES modules included.
// The SDK's warning about Node 20 at every start says nothing about this project.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

export default {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/quiet.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/packages/*/src/**/*.test.ts'],
  transform: {
    '^.+\\.(ts|mjs|js)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@middy|ulid|p-limit|yocto-queue|just-bash|aws-local-stepfunctions|croner)/)',
  ],
  modulePathIgnorePatterns: ['<rootDir>/.serverless/', '<rootDir>/.esbuild/'],
  testTimeout: 60_000,
  // The long tests mostly wait for processes of their own: one worker a core keeps all cores busy.
  maxWorkers: '100%',
};
