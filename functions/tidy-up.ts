import { TidyUpInput, tidyUp } from '../src/build/end/janitor';
import { step } from '../src/lambda';

/** Each night, or asked by a person: removes what builds that are over have left, and does what is decided of removed pipelines. */
export const handler = step(TidyUpInput, tidyUp);
