import type { Context } from './context';
import type { Call, OperationsOf } from './service';

/** An SDK client's operations as functions: `Publish(input)` gives a promise of its output. */
export type Api<Client> = {
  readonly [Name in keyof OperationsOf<Client>]-?: NonNullable<OperationsOf<Client>[Name]> extends (
    input: infer Input,
    ...rest: never[]
  ) => infer Output
    ? (input: Input) => Promise<Awaited<Output>>
    : never;
};

/**
 * Another service, as services call each other in-process: `clientOf<typeof import('@aws-sdk/client-ec2')>(context, 'ec2', makeCall)`.
 *
 * @param service the folder's name
 * @param makeCall who calls: asked at every call, since each is a request of its own
 */
export function clientOf<Client>(
  context: Pick<Context, 'invoke'>,
  service: string,
  makeCall: () => Call,
): Api<Client> {
  return new Proxy({} as Api<Client>, {
    get: (_target, operation: string) => (input: object) =>
      context.invoke(makeCall(), service, operation, input),
  });
}
