import { type LaunchedMachine, machineLauncher, script } from '../../testing/launch-machine';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine.terminate());

/** What a script that says `set -e` wrote, as one line. */
async function run(text: string): Promise<string> {
  machine = makeMachine({ userData: script(`set -e\n${text}`) });
  await machine.boot();
  const lines = machine
    .console()
    .split('\r\n')
    .filter((line) => line.includes('cloud-init[') && !/Cloud-init v\.|WARNING/.test(line));
  return lines.map((line) => line.replace(/^.*?cloud-init\[\d+\]: /, '')).join(' ');
}

test('a retry loop that counts its attempts goes on under set -e', async () => {
  const output = await run(`try() { return 1; }
retry() { local n=0; until "$@"; do n=$((n + 1)); echo "attempt $n"; [ $n -ge 2 ] && return 0; done; }
retry try
if grep -q nothing /etc/hostname; then :; else found=no; fi
echo "found $found"`);
  expect(output).toBe('attempt 1 attempt 2 found no');
});

test('a loop that ends with a test that was false does not end the script', async () => {
  expect(await run('while read -r word; do [ "$word" = z ] && echo hit; done <<< a\necho after')).toBe(
    'after',
  );
});

test('a function before || runs on after a failure in it, and its status is what it returns', async () => {
  const output = await run(`set_up() { false; echo "set up"; return 4; }
set_up || echo "status $?"
! set_up
set_up && echo never
echo after`);
  expect(output).toBe('set up status 4 set up set up after');
});

test('a function whose last test was false is a command that failed', async () => {
  expect(await run('check() { [ -f /nowhere ] && echo found; }\necho before\ncheck\necho after')).toBe(
    'before',
  );
});

test('the last command of a list that fails ends the script', async () => {
  expect(await run('fine() { true; }\nbad() { return 1; }\nfine && bad\necho after')).toBe('');
});

test('a command that cannot write to its file fails, and the script goes on', async () => {
  const output = await run(`echo one > /nowhere/file || echo "status $?"
for word in two; do echo $word; done >> /nowhere/file || echo "status $?"
echo after
echo three > /nowhere/file
echo never`);
  const refused = (line: number) =>
    `/var/lib/cloud/instance/scripts/part-001: line ${line}: /nowhere/file: No such file or directory`;
  expect(output).toBe([refused(3), 'status 1', refused(4), 'status 1', 'after', refused(6)].join(' '));
});

test.each([
  ['a command that writes where a folder may be missing', 'echo one | cat > /etc/one\ncat /etc/one'],
  ['`if`', 'echo one | if true; then cat; fi'],
  ['`case`', 'echo one | case x in x) cat ;; esac'],
  ['`for`', 'echo one | for n in 1; do cat; done'],
  ['a loop that counts', 'echo one | for ((n = 0; n < 1; n++)); do cat; done'],
  ['a group in a group', 'echo one | { if true; then cat; fi; } | cat'],
])('what a pipe brings is read by %s', async (_what, text) => {
  expect(await run(text)).toBe('one');
});

test('words that hold a command are its name and its arguments, with what stands between quotes kept', async () => {
  const output = await run(`show() { echo "$#:$1"; }
run() { "$@"; }
run show "a  b" c
both=(show "d e")
"\${both[@]}" f
line="show g" none=
$line h
$none show i
$none && echo "nothing: $?"
run missing || echo "status $?"
echo piped | run cat
set -e
run false
echo never`);
  const missing = '/var/lib/cloud/instance/scripts/part-001: line 4: missing: command not found';
  expect(output).toBe(`2:a  b 2:d e 2:g 1:i nothing: 0 ${missing} status 127 piped`);
});

test('comparisons need no spaces', async () => {
  expect(
    await run('n=2; ((n>=2)) && echo more; ((n<=1)) || echo "not less"; (( n<3&&n>=1 )) && echo both'),
  ).toBe('more not less both');
});

test('a script calls itself by its path, in functions and documents too', async () => {
  const output = await run(`show() { cat <<D
$0 \${0##*/} \${BASH_SOURCE[0]%/*}
D
}
show`);
  expect(output).toBe('/var/lib/cloud/instance/scripts/part-001 part-001 /var/lib/cloud/instance/scripts');
});

test('`command -v` and `type` find functions, builtins and installed programs, and no others', async () => {
  const output = await run(`f() { :; }
command -v f
command -v cd ls nginx
command -v nginx || echo "status $?"
type -t f
type -t cd if ls
type nginx || echo "status $?"`);
  expect(output).toMatch(/^f cd \/usr\/bin\/ls status 1 function builtin keyword file /);
  expect(output).toMatch(/line 9: type: nginx: not found status 1$/);
});
