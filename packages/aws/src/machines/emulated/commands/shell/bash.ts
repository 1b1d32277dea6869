import { decodeBytesToUtf8 } from 'just-bash';
import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

const VERSION = `GNU bash, version 5.2.15(1)-release (x86_64-amazon-linux-gnu)
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>
`;

/** `bash [-euxl] [-o option] [-s] [-c text | file] [argument…]`; just-bash knows `-c` and a file only. */
const bash: Program = async (args, call) => {
  const { context, name } = call;
  if (context.origCommand === undefined) throw new Error(`no shell to run ${name} with`);
  const words = [...args];
  const options: string[] = [];
  let isText = false;
  let fromInput = false;
  while (/^[-+]./.test(words[0] ?? '')) {
    const word = words.shift() ?? '';
    if (word === '--version') return succeed(VERSION);
    if (word === '--') break;
    if (word.startsWith('--')) continue;
    const letters = word.slice(1);
    isText ||= letters.includes('c');
    fromInput ||= letters.includes('s');
    const set = letters.replace(/[cilsoO]/g, '');
    if (set !== '') options.push(`${word[0]}${set}`);
    if (/o$/.test(letters)) options.push(`${word[0]}o`, words.shift() ?? '');
    if (/O$/.test(letters)) words.shift();
  }
  if (words[0] === '-') words.shift();
  const prefix = options.length === 0 ? '' : `set ${options.join(' ')}; `;
  if (isText) {
    const [text, ...rest] = words;
    if (text === undefined) return fail(2, `${name}: -c: option requires an argument`);
    return await context.origCommand(['-c', `${prefix}${text}`, ...(rest.length === 0 ? [name] : rest)]);
  }
  const [file] = words;
  if (fromInput || file === undefined || file === '/dev/stdin') {
    const rest = file === '/dev/stdin' ? words.slice(1) : words;
    return await context.origCommand(['-c', `${prefix}${decodeBytesToUtf8(context.stdin)}`, name, ...rest]);
  }
  const node = call.guest.disk.find(resolvePath(call, file));
  if (node === undefined) return fail(127, `${name}: ${file}: No such file or directory`);
  if (node.kind === 'directory') return fail(126, `${name}: ${file}: Is a directory`);
  if (prefix === '') return await context.origCommand(words);
  return await context.origCommand([
    '-c',
    `${prefix}${call.guest.disk.readText(resolvePath(call, file))}`,
    ...words,
  ]);
};

export const BASH_PROGRAMS: Programs = { bash, sh: bash };
