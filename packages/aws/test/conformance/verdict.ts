import type { OperationModel } from '../../src/core/service-model';
import type { AnswerCheck } from './answers/answer-check';
import { isWellFormedXml } from './answers/well-formed';
import type { Exchange, Outcome, RawAnswer } from './caller';

/** What is made of an outcome. A `defect` is what AWS would never answer. */
export type Verdict =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'unsent'; readonly why: string }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }
  | { readonly kind: 'defect'; readonly why: string };

/** Codes with a status of 500 and above that AWS itself answers. */
const DOCUMENTED = ['NotImplemented', 'RequestLimitExceeded', 'ServiceUnavailable'];

/** Judges what came of an operation that was called with an input. */
export function judge(operation: OperationModel, check: AnswerCheck, outcome: Outcome): Verdict {
  const { exchange, output, error } = outcome;
  if (!exchange) return { kind: 'unsent', why: String(error?.message ?? error) };
  const plain = judgeExchange(exchange);
  if (plain.kind === 'defect') return plain;
  if (output) {
    const faults = check.faults(operation.output, output);
    return faults.length > 0
      ? { kind: 'defect', why: `does not fit the schema: ${faults.slice(0, 3).join('; ')}` }
      : { kind: 'succeeded' };
  }
  // The SDK has no word for an answer that says only that nothing has changed, nor for that of a copy that, without its source,
  // is another operation's request.
  if (exchange.answer?.status === 304 || error?.message === 'S3 aborted request')
    return { kind: 'succeeded' };
  if (error?.$metadata?.httpStatusCode === undefined || plain.kind === 'succeeded')
    return { kind: 'defect', why: `the SDK cannot read the answer: ${error?.message}` };
  // A HEAD has no body for a code: the SDK names it by its status.
  const isNamed = exchange.request.method === 'HEAD' || !/^Unknown(Error)?$/.test(error.name);
  return isNamed
    ? { kind: 'refused', code: error.name, why: error.message }
    : { kind: 'defect', why: `${exchange.answer?.status} without a code` };
}

/** Judges an answer by itself, whatever was asked: any client must be able to read it, and no failure may be the service's own. */
export function judgeExchange({ request, answer }: Exchange): Verdict {
  if (!answer) return { kind: 'defect', why: 'no answer' };
  const { status } = answer;
  const text = answer.body.toString();
  if (request.method !== 'HEAD' && text !== '') {
    const fault = faultOfText(answer, text);
    if (fault) return { kind: 'defect', why: fault };
  }
  const isDocumented = status === 501 || DOCUMENTED.some((code) => text.includes(code));
  if (text.includes('InternalFailure') || (status >= 500 && !isDocumented))
    return { kind: 'defect', why: `${status}: ${text.slice(0, 300)}` };
  return status < 400
    ? { kind: 'succeeded' }
    : { kind: 'refused', code: String(status), why: text.slice(0, 200) };
}

function faultOfText(answer: RawAnswer, text: string): string | undefined {
  const type = answer.headers['content-type'] ?? '';
  if (/xml/.test(type)) {
    if (!isWellFormedXml(text)) return `the XML is not well-formed: ${JSON.stringify(text.slice(0, 300))}`;
  } else if (/json/.test(type) && !isJson(text)) return `the JSON cannot be read: ${text.slice(0, 200)}`;
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
