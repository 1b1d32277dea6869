/** Where a secret is: Kiln hands on the reference, and only the instance ever reads the value. */
export interface SecretReference {
  readonly service: 'ssm' | 'secretsmanager';
  /** The name of the parameter; the name or the ARN of the secret. */
  readonly id: string;
  /** Of a parameter its number or label, of a secret the id of a version. */
  readonly version?: string | undefined;
}

/** What is expected in the place of a secret, for messages. */
export const SECRET_REFERENCE = 'resolve:ssm:NAME of a SecureString or resolve:secretsmanager:NAME';

const PARAMETER = /^resolve:ssm:(?<id>[\w./-]+)(:(?<version>[\w.-]+))?$/;
const SECRET =
  /^resolve:secretsmanager:(?<id>arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+|[\w/+=.@-]{1,512})(:(?<version>[\w-]{32,64}))?$/;

/** Reads a reference to a secret; undefined if a text is none. */
export function parseSecret(text: string): SecretReference | undefined {
  const parameter = PARAMETER.exec(text)?.groups;
  if (parameter?.id) return { service: 'ssm', id: parameter.id, version: parameter.version };
  const secret = SECRET.exec(text)?.groups;
  return secret?.id ? { service: 'secretsmanager', id: secret.id, version: secret.version } : undefined;
}

/** Writes a reference as `parseSecret` reads it. */
export function writeSecret({ service, id, version }: SecretReference): string {
  return `resolve:${service}:${id}${version ? `:${version}` : ''}`;
}

/** The command by which an instance reads a secret, with the rights of its profile, for the AWS CLI of version 2. Nothing in it needs quotes. */
function commandOf({ service, id, version }: SecretReference): string {
  if (service === 'ssm') {
    const name = version ? `${id}:${version}` : id;
    return `aws ssm get-parameter --with-decryption --name '${name}' --query Parameter.Value --output text`;
  }
  const region = id.startsWith('arn:') ? ` --region '${id.split(':')[3]}'` : '';
  const at = version ? ` --version-id '${version}'` : '';
  return `aws secretsmanager get-secret-value${region} --secret-id '${id}'${at} --query SecretString --output text`;
}

/**
 * The lines of a shell script that set variables to secrets. Not traced, even where the first line of the script asks for it (`-x`):
 * what is traced stands on the console. One that cannot be read ends the script, in words that are no secret.
 *
 * @param secrets references by the name of their variable
 */
export function fetchSecrets(secrets: Readonly<Record<string, SecretReference>>): string {
  const entries = Object.entries(secrets);
  if (entries.length === 0) return '';
  const lines = entries.flatMap(([name, reference]) => [
    // What has no text is shown as None.
    `${name}="$(${commandOf(reference)})" && [ "$${name}" != None ] || { echo 'The secret ${name} (${writeSecret(reference)}) could not be read.' >&2; exit 1; }`,
    `export ${name}`,
  ]);
  return [
    '{ case "$-" in *x*) kiln_trace=1 ;; *) kiln_trace= ;; esac; set +x; } 2>/dev/null',
    ...lines,
    'if [ -n "$kiln_trace" ]; then unset kiln_trace; set -x; else unset kiln_trace; fi',
    '',
  ].join('\n');
}

/**
 * A function of the shell that writes each secret on a line, its name and its value as base64, so that a server can look for them; and the
 * console into the folder `KILN_MEMORY`; and how many they are. One that cannot be read ends the script.
 *
 * @param secrets references by the name of their variable
 * @param console where the instance finds what was on its console
 */
export function readSecrets(secrets: Readonly<Record<string, string>>, console: string | undefined): string {
  const lines = Object.entries(secrets).map(([name, value]) => {
    const secret = parseSecret(value);
    if (!secret) throw new Error(`The secret ${name} is no reference.`);
    return `  kiln_value=$(${commandOf(secret)}) || exit 12\n  printf '%s %s\\n' ${name} "$(printf '%s' "$kiln_value" | base64 | tr -d '\\n')"`;
  });
  const fetch = console
    ? [`  aws s3 cp --only-show-errors ${console} "$KILN_MEMORY/console" || exit 12`]
    : [];
  return [`KILN_SECRET_COUNT=${lines.length}`, 'kiln_secrets() {', ...fetch, ...lines, '  :', '}', ''].join(
    '\n',
  );
}
