/** A value, or the name of the SSM parameter that holds it, as EC2 writes it: `resolve:ssm:name[:version or label]`. */
const SSM_REFERENCE = /^resolve:ssm:[\w./-]+(:[\w.-]+)?$/;

/** Whether a value is a reference to an SSM parameter (`resolve:ssm:NAME`) instead of the value itself. */
export function isSsmReference(value: string): boolean {
  return SSM_REFERENCE.test(value);
}
