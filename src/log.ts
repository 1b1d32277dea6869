import { Logger } from '@aws-lambda-powertools/logger';

/** Structured logs. `src/lambda.ts` puts the build's id on every line. */
export const logger = new Logger();
