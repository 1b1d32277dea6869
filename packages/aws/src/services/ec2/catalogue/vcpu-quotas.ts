/** The quotas of On-Demand Instances, by what the names of their types begin with. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/^dl\d/, 'L-6E869C2A'],
  [/^f\d/, 'L-74FC7D96'],
  [/^(g|gr|vt)\d/, 'L-DB2E81BA'],
  [/^u\d*[a-z]*-/, 'L-43DA4232'],
  [/^hpc\d/, 'L-F7808C92'],
  [/^inf\d/, 'L-1945791B'],
  [/^p\d/, 'L-417A185B'],
  [/^trn\d/, 'L-2C3B7624'],
  [/^x\d/, 'L-7295265B'],
  [/^[acdhimrtz]/, 'L-1216C47A'],
];

/**
 * The code of the quota that an On-Demand Instance of a type counts for. Mac types run on hosts that have quotas of their own.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
 */
export function quotaCodeOf(type: string): string | undefined {
  return type.startsWith('mac') ? undefined : CODES.find(([begins]) => begins.test(type))?.[1];
}
