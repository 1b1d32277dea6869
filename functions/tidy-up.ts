import { runJanitor, TidyUpInput } from '../src/build/end/janitor';
import { step } from '../src/lambda';

/**
 * Each night, or asked by a person: removes what builds that are over have left, and does what is decided of removed pipelines. With `trial`
 * it only says what it would remove.
 */
export const handler = step(TidyUpInput, runJanitor);
