// Everything is compiled to CommonJS by swc, dependencies that ship only ES modules included.
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
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
};
