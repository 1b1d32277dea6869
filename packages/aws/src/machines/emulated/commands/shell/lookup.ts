import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

/** Named so that no listing shows them and no script calls them. */
export const LOOK_UP = '.command';
export const TELL_TYPE = '.type';
export const LACK = '.lacks';

const BUILTINS = new Set(
  `. : [ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo enable eval exec exit export false fc
  fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt source
  suspend test times trap true type typeset ulimit umask unalias unset wait`.split(/\s+/),
);

const KEYWORDS = new Set(
  'if then else elif fi for while until do done case esac in function { } ! [[ ]] time select coproc'.split(
    ' ',
  ),
);

/** What a name means to the shell, functions aside; undefined for nothing. */
function look(
  call: ProgramCall,
  name: string,
): { kind: 'keyword' | 'builtin' | 'file'; path: string } | undefined {
  if (KEYWORDS.has(name)) return { kind: 'keyword', path: name };
  if (BUILTINS.has(name)) return { kind: 'builtin', path: name };
  return findProgram(call, name).map((path) => ({ kind: 'file' as const, path }))[0];
}

function findProgram(call: ProgramCall, name: string): string[] {
  const folders = name.includes('/') ? [''] : (call.context.env.get('PATH') ?? '').split(':');
  return folders
    .map((folder) => (folder === '' ? name : `${folder}/${name}`))
    .filter((path) => {
      const node = call.guest.disk.find(resolvePath(call, path));
      return name !== '' && node?.kind === 'file' && (node.mode & 0o111) !== 0;
    });
}

/** `command -v name…` for names of programs: just-bash finds all that it knows, wherever they are not installed. */
const lookUp: Program = (names, call) => {
  const found = names.flatMap((name) => look(call, name)?.path ?? []);
  const text = found.map((path) => `${path}\n`).join('');
  return found.length > 0 ? succeed(text) : fail(1, '', text);
};

/** `type [-t|-p|-P] name…`, as above. */
const tellType: Program = (args, call) => {
  const flags = args.filter((arg) => /^-[aptP]+$/.test(arg)).join('');
  const names = args.filter((arg) => !/^-[aptP]+$/.test(arg));
  let stdout = '';
  let stderr = '';
  for (const name of names) {
    const found = flags.includes('P')
      ? findProgram(call, name).map((path) => ({ kind: 'file' as const, path }))[0]
      : look(call, name);
    if (found === undefined) stderr += `bash: type: ${name}: not found\n`;
    else if (flags.includes('t')) stdout += `${found.kind}\n`;
    else if (/p/i.test(flags)) stdout += found.kind === 'file' ? `${found.path}\n` : '';
    else
      stdout += `${name} is ${{ keyword: 'a shell keyword', builtin: 'a shell builtin', file: found.path }[found.kind]}\n`;
  }
  if (stderr === '') return succeed(stdout);
  return fail(1, flags === '' ? stderr : '', stdout);
};

export const LOOKUP_PROGRAMS: Programs = {
  [LOOK_UP]: lookUp,
  [TELL_TYPE]: tellType,
  [LACK]: ([what = ''], { lacks }) => lacks(what),
};
