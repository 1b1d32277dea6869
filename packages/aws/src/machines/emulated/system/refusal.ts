/**
 * What this machine says of something that it does not have, though Amazon Linux 2023 does: so that nobody looks for the mistake in a
 * script that has none.
 *
 * @param where who asked for it, as in `part-001: line 3: `
 * @param what as in `program rsync` or `package docker`
 */
export function refusal(where: string, what: string): string {
  return `${where}the emulated machine has no ${what}; Amazon Linux 2023 has`;
}
