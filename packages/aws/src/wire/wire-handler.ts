import { Readable } from 'node:stream';
import { HttpResponse } from '@smithy/core/transport';
import type { Service } from '../core/service';
import type { ServiceName } from './catalog';
import { dispatch } from './dispatch';

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly hostname: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A request handler for SDK clients that hands each request to the wire in this process: real bytes, no socket. */
export function wireHandler(name: ServiceName, service: Service) {
  const principal = {
    accessKeyId: 'test',
    accountId: '000000000000',
    arn: 'arn:aws:iam::000000000000:root',
    userId: '0',
  };
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest) {
      const query = new URLSearchParams();
      for (const [key, value] of Object.entries(request.query ?? {})) {
        for (const one of [value ?? ''].flat()) query.append(key, one);
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), value]),
      );
      const call = { region: 'us-east-1', accountId: principal.accountId, requestId: 'request-1', principal };
      const { response } = await dispatch(
        name,
        () => service,
        {
          method: request.method,
          path: request.path,
          query,
          rawQuery: query.toString(),
          headers,
          body:
            typeof request.body === 'string'
              ? Buffer.from(request.body)
              : Buffer.concat([request.body ?? new Uint8Array()]),
          host: request.hostname,
        },
        call,
        () => {},
      );
      const body = Readable.from([Buffer.from(response.body)]);
      return {
        response: new HttpResponse({ statusCode: response.status, headers: { ...response.headers }, body }),
      };
    },
  };
}
