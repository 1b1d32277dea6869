import * as z from 'zod';
import { tidyUp } from '../src/build/end/janitor';
import { step } from '../src/lambda';

/** Each night: removes what builds that are over have left. */
export const handler = step(z.unknown(), tidyUp);
