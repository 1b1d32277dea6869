import { z } from 'zod';
import { REGION_NAME } from '../call';
import { FAULT_KINDS, type Fault, isLate, type LateKind } from './faults';

/** Of codes that AWS answers, in a header too: `InvalidInstanceID.NotFound`. */
const ERROR_CODE = /^[\w.:-]+$/;
/** AWS seconds: no execution of a state machine lasts longer. */
const LONGEST_DELAY = 31_536_000;

const FaultSchema = z.strictObject({
  service: z.string(),
  operation: z.string(),
  kind: z.enum(FAULT_KINDS).default('refuse'),
  code: z
    .string()
    .regex(ERROR_CODE, 'expected letters, digits and . : _ - as in InvalidInstanceID.NotFound')
    .optional(),
  message: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  delay: z.number().positive().max(LONGEST_DELAY).optional(),
  region: z.string().regex(REGION_NAME, 'expected the name of a region, such as us-east-1').optional(),
  caller: z.string().optional(),
  input: z.record(z.string(), z.string()).optional(),
  skip: z.number().int().min(0).default(0),
  times: z.number().int().min(1).default(1),
  lasts: z.number().positive().optional(),
});

/** What can fail, or never come to an end, after the call that began it: operations by service. */
const BEGUN: Readonly<Record<LateKind, Readonly<Record<string, readonly string[]>>>> = {
  lateFailure: {
    ec2: ['CreateImage', 'CopyImage', 'RunInstances'],
    autoscaling: ['RunInstances'],
  },
  never: { ec2: ['CreateImage', 'CopyImage'] },
};

/** A fault that is none, or could never strike. */
export class FaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultError';
  }
}

/** Reads a fault as it is asked for. @throws FaultError that names what is wrong */
export function readFault(input: unknown): Fault {
  const parsed = FaultSchema.safeParse(input);
  if (!parsed.success) throw new FaultError(parsed.error.issues.map(explain).join('; '));
  const fault = parsed.data;
  if ((fault.kind === 'late') !== (fault.delay !== undefined))
    throw new FaultError("delay: a fault of kind 'late' has one, in seconds, and no other has");
  checkAnswer(fault);
  if (isLate(fault.kind)) checkBegun(fault, fault.kind);
  return fault;
}

function explain({ path, message, ...issue }: z.core.$ZodIssue): string {
  const known =
    issue.code === 'unrecognized_keys' ? `; there is ${Object.keys(FaultSchema.shape).join(', ')}` : '';
  const where = path.length > 0 ? path.join('.') : 'the fault';
  return `${where}: ${message}${known}`;
}

/** What is answered can be said only where an error is; a message may always be, for who looks at what struck. */
function checkAnswer(fault: Fault): void {
  const { kind, service } = fault;
  const told = kind === 'refuse' || kind === 'afterEffect' || kind === 'late';
  for (const member of ['code', 'status'] as const) {
    if (fault[member] === undefined || told) continue;
    if (member === 'code' && kind === 'lateFailure' && service === 'autoscaling') continue;
    throw new FaultError(`${member}: a fault of kind '${kind}' tells nobody; leave it out`);
  }
}

/** What was begun is known by service and operation alone. */
function checkBegun({ service, operation, caller, input }: Fault, kind: LateKind): void {
  const known = Object.hasOwn(BEGUN[kind], service) ? BEGUN[kind][service] : undefined;
  if (!known?.includes(operation)) {
    const all = Object.entries(BEGUN[kind]).flatMap(([of, names]) => names.map((name) => `${of} ${name}`));
    throw new FaultError(
      `operation: '${kind}' does not know ${service} ${operation}, expected one of ${all.join(', ')}`,
    );
  }
  if (caller !== undefined || input !== undefined)
    throw new FaultError(
      `${caller !== undefined ? 'caller' : 'input'}: '${kind}' strikes what was begun, whoever asked for it and however; leave it out`,
    );
}
