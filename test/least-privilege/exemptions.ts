import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { projectFolder } from '../../cli/project';
import { describePart, describeWithin } from './parts';
import type { Proof } from './replay';

/** Parts of which AWS, or logic, lets no recorded answer depend: each part of each of the roles. */
const Exemption = z.strictObject({
  /** `aws`: AWS never asks so. `logic`: what would ask so cannot be without another part. */
  because: z.enum(['aws', 'logic']),
  reason: z.string().min(20),
  source: z.url().optional(),
  roles: z.array(z.string()).min(1),
  statement: z.string(),
  /** `action kms:Decrypt`, or `statement`. */
  parts: z.array(z.string()).min(1),
});
export type Exemption = z.infer<typeof Exemption>;

/** The one list of what is exempt. */
export function readExemptions(): Exemption[] {
  const text = readFileSync(join(projectFolder, 'test/least-privilege/exemptions.yml'), 'utf8');
  return z.array(Exemption).parse(parse(text) ?? []);
}

/** How many parts there are, and what is wrong. */
export interface Verdict {
  readonly parts: number;
  readonly proven: number;
  /** By the kind of reason. */
  readonly exempt: Readonly<Record<Exemption['because'], number>>;
  /** In words: parts that nothing needs, exemptions that nothing needs. */
  readonly problems: readonly string[];
}

/** Judges what a replay has found: each part is proven, or exempt, and never both. */
export function judge(proofs: readonly Proof[], exemptions: readonly Exemption[]): Verdict {
  const wanted = new Map<string, Exemption['because']>();
  for (const { because, roles, statement, parts } of exemptions)
    for (const role of roles) for (const part of parts) wanted.set(`${role}, ${statement}: ${part}`, because);
  const exempt = { aws: 0, logic: 0 };
  const problems: string[] = [];
  let proven = 0;
  for (const { part, by } of proofs) {
    const name = describePart(part);
    const because = wanted.get(name);
    wanted.delete(name);
    if (by !== undefined && because !== undefined) problems.push(`${name}: is exempt, and ${by}`);
    if (by !== undefined) proven += 1;
    else if (because !== undefined) exempt[because] += 1;
    else problems.push(`${name}: no recorded answer changes without this ${describeWithin(part)}`);
  }
  for (const name of wanted.keys()) problems.push(`${name}: is exempt, and is not there`);
  return { parts: proofs.length, proven, exempt, problems };
}
