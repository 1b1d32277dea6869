import { Readable } from 'node:stream';
import { HttpResponse } from '@smithy/core/transport';
import type { Call } from '../core/service';
import type { ServiceName } from '../services';
import { apiWith, requestOf } from './api';

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly hostname: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A request handler for SDK clients that hands each request to the wire in this process: real bytes, no socket. */
export function wireHandler(
  name: ServiceName,
  operations: Readonly<Record<string, (input: never, call: Call) => unknown>>,
) {
  const api = apiWith(name, operations);
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
      const response = await api.answer(
        name,
        requestOf({
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
        }),
      );
      const body = Readable.from([Buffer.from(response.body)]);
      return {
        response: new HttpResponse({ statusCode: response.status, headers: { ...response.headers }, body }),
      };
    },
  };
}
