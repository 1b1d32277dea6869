// Everything is compiled to CommonJS by swc, dependencies that ship only ES modules included.
import { fileURLToPath } from 'node:url';

// The SDK's warning about Node 20 at every start says nothing about this project.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const root = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
  testEnvironment: root('./test/environment.mjs'),
  setupFilesAfterEnv: [root('./test/patience.ts')],
  moduleNameMapper: {
    '^embedded-aws$': root('./packages/aws/src/index.ts'),
    '^embedded-aws/testing$': root('./packages/aws/src/testing/index.ts'),
  },
  transform: {
    '^.+\\.(ts|mjs|js)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@middy|ulid|p-limit|yocto-queue|just-bash|aws-local-stepfunctions|croner)/)',
  ],
  testPathIgnorePatterns: ['\\.(long|faults)\\.test\\.ts$'],
  modulePathIgnorePatterns: ['/\\.serverless/', '/\\.esbuild/', '/packages/[^/]+/dist/'],
};
