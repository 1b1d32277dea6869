import type { Program, Programs } from '../program';

/** `paste` with its flags in one word, and of standard input where no file is named: just-bash's asks for both apart. */
const paste: Program = async (args, { context }) => {
  if (context.origCommand === undefined) throw new Error('the shell has no paste');
  const words = args.flatMap((arg) => {
    const [, serial, delimiters] = /^-(s?)d(.+)$/.exec(arg) ?? [];
    if (delimiters !== undefined) return [...(serial ? ['-s'] : []), '-d', delimiters];
    return arg === '-sd' ? ['-s', '-d'] : [arg];
  });
  const isFile = (word: string, at: number) =>
    (word === '-' || !word.startsWith('-')) && words[at - 1] !== '-d' && words[at - 1] !== '--delimiters';
  return await context.origCommand(words.some(isFile) ? words : [...words, '-']);
};

export const PASTE_PROGRAMS: Programs = { paste };
