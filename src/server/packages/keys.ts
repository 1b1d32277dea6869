/** Where the bill of materials of a build's image is in the artifacts bucket. */
export function bomKey(build: string): string {
  return `boms/${build}.cdx.json`;
}

/** Where the list of what Amazon Inspector has found on it is. */
export function findingsKey(build: string): string {
  return `boms/${build}.findings.json`;
}
