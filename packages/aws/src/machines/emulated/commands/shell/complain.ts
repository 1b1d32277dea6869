import { fail, type Program, type Programs } from '../program';

/** Named so that no listing shows it and no script calls it. */
export const COMPLAIN = '.syntax';

/** Says what bash says of a script that it cannot read any further, a line each. */
const complain: Program = (lines) => fail(1, lines.map((line) => `bash: ${line}\n`).join(''));

export const COMPLAIN_PROGRAMS: Programs = { [COMPLAIN]: complain };
