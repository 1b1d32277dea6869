import { gzipSync } from 'node:zlib';
import { InvalidParameter, InvalidPipeline } from '../errors';
import { show } from './definition/expected';
import { fetchSecrets, parseSecret, SECRET_REFERENCE, type SecretReference } from './secret';

/**
 * The most bytes of user data, before base64.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
 */
const MOST_USER_DATA = 16_384;

const SHEBANG = /^#!.*\n/;
/** A shell by its path, or by its name after `env`. Another program that is handed the name of one would read the quotes otherwise. */
const SHELL = /^#![ \t]*(\S*\/)?(env[ \t]+(-S[ \t]+)?(\S*\/)?)?(ba|da|k|z)?sh(\s|$)/;

/**
 * Makes the user data of a base instance: the script's first line, and before what stands on its second an `export` for each value. Values are quoted so that the shell never reads them as code; secrets are read by the instance itself. Compressed where it
 * would else be too long; cloud-init unpacks it.
 *
 * @param script a shell script whose first line names its interpreter
 * @param values the values by the name of their variable
 * @param pipeline the pipeline's name, for the message of an error
 * @param secrets the names of those values that are references to secrets
 * @throws InvalidPipeline if the script is longer than EC2 takes even when compressed
 * @throws InvalidParameter if the values make it so, or if one holds a NUL character or half of one, which no variable can
 */
export function renderUserData(
  script: string,
  values: Record<string, string>,
  pipeline?: string,
  secrets: readonly string[] = [],
): Buffer {
  const [shebang = ''] = SHEBANG.exec(script) ?? [];
  const exports = Object.entries(values)
    .filter(([name]) => !secrets.includes(name))
    .map(([name, value]) => `export ${name}=${quote(name, value)}; `);
  const fetched = fetchSecrets(Object.fromEntries(secrets.map((name) => [name, readSecret(name, values)])));
  // On a line of the script, so that a shell's message names the line that its writer sees.
  const before = `${exports.join('')}${fetched.replaceAll('\n', '; ')}`;
  const userData = pack(`${shebang}${before}${script.slice(shebang.length)}`);
  if (userData.length > MOST_USER_DATA) {
    const whose = pipeline === undefined ? '' : ` of pipeline ${pipeline}`;
    const TooLong = checkUserDataSize(script) === undefined ? InvalidParameter : InvalidPipeline;
    throw new TooLong(
      `user data${whose} is ${describeTooLong(userData)}: move what is long into the site's archive`,
    );
  }
  return userData;
}

function readSecret(name: string, values: Record<string, string>): SecretReference {
  const secret = parseSecret(values[name] ?? '');
  if (secret) return secret;
  throw new InvalidParameter(`parameter ${name} is secret: expected ${SECRET_REFERENCE}`);
}

/**
 * Checks a user data script before there are values for it.
 *
 * @returns what is wrong with it, one text for each problem
 */
export function checkUserDataScript(script: string): string[] {
  const size = checkUserDataSize(script);
  return size === undefined ? checkScript(script) : [...checkScript(script), size];
}

/** Checks that a text is a shell script that Linux can run: what is wrong with it, one text for each problem. */
export function checkScript(script: string): string[] {
  const problems: string[] = [];
  if (!SHEBANG.test(script)) problems.push('has no first line that names its shell, expected #!/bin/bash');
  else if (!SHELL.test(script)) problems.push('is not a shell script, expected #!/bin/bash');
  if (script.includes('\r\n')) problems.push('has Windows line ends, expected \\n alone');
  return problems;
}

/** Checks that a script alone, without values, is short enough for EC2: what is wrong, or undefined. */
export function checkUserDataSize(script: string): string | undefined {
  const userData = pack(script);
  return userData.length > MOST_USER_DATA ? `is ${describeTooLong(userData)}` : undefined;
}

function describeTooLong(userData: Buffer): string {
  return `${userData.length} bytes compressed, EC2 takes ${MOST_USER_DATA} at most`;
}

/** The bytes of a script, compressed only if they must be: what is plain can be read in the EC2 console. */
function pack(text: string): Buffer {
  const plain = Buffer.from(text, 'utf8');
  return plain.length > MOST_USER_DATA ? gzipSync(plain, { level: 9 }) : plain;
}

/** The lines that set the variables of a script to values that are no secrets. */
export function exportParameters(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `export ${name}=${quote(name, value)}\n`)
    .join('');
}

/** A value in single quotes, in which the shell gives no character a meaning but the closing quote. */
function quote(name: string, value: string): string {
  const problem = value.includes('\0')
    ? 'expected a text without NUL characters'
    : value.isWellFormed()
      ? undefined
      : 'expected whole characters, not half of a surrogate pair';
  if (problem) throw new InvalidParameter(`parameter ${name}: ${problem}, got ${show(value)}`);
  return `'${value.replaceAll("'", "'\\''")}'`;
}
