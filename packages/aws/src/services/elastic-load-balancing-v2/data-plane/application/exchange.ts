import type { OutgoingHttpHeaders } from 'node:http';
import { requestHeaders } from '../../../../network/headers';
import type { Listener } from '../../records/listener';
import type { LoadBalancer } from '../../records/load-balancer';
import type { ClientRequest } from './client-request';
import type { RequestFacts } from './conditions';
import { traceHeader } from './trace-id';

/** A request on its way, with what has been found out of it. */
export interface Exchange {
  readonly request: ClientRequest;
  readonly clientAddress: string;
  readonly facts: RequestFacts;
  /** Path and query, as the target is asked. */
  readonly url: string;
  readonly query: string;
  /** As the target's `Host` has it. */
  readonly host: string;
}

/** Takes a request apart. */
export function examine(request: ClientRequest, clientAddress: string, balancer: LoadBalancer): Exchange {
  const [, authority, rest] = /^http:\/\/([^/?]*)(.*)$/i.exec(request.url) ?? [];
  const url = rest === undefined ? request.url : rest.replace(/^(?!\/)/, '/');
  // HTTP/1.0 knows no hosts (Elastic Load Balancing User Guide, HTTP connections).
  const host = authority ?? request.headers.host ?? balancer.dnsName;
  const [path = '/', query = ''] = splitAtFirst(url, '?');
  return {
    request,
    clientAddress,
    url,
    query,
    host,
    facts: {
      method: request.method,
      host: host.replace(/:\d+$/, ''),
      path,
      query: new URLSearchParams(query),
      headers: request.headersDistinct,
      sourceIp: clientAddress,
    },
  };
}

/**
 * The headers that the target gets. Application Load Balancer User Guide, HTTP headers and Application Load Balancers.
 * @param now AWS time
 */
export function targetHeaders(
  { request, clientAddress, host }: Exchange,
  { attributes }: LoadBalancer,
  listener: Listener,
  now: Date,
): OutgoingHttpHeaders {
  const { headers } = request;
  const mode = attributes.get('routing.http.xff_header_processing.mode');
  const before = headers['x-forwarded-for'];
  const client = attributes.isOn('routing.http.xff_client_port.enabled')
    ? `${clientAddress}:${request.clientPort}`
    : clientAddress;
  const appended = before ? `${String(before)}, ${client}` : client;
  const trace = headers['x-amzn-trace-id'];
  const kept = requestHeaders(request, {
    Host: host,
    'X-Forwarded-For': mode === 'append' ? appended : mode === 'preserve' ? before : undefined,
    'X-Forwarded-Proto': (listener.protocol ?? 'HTTP').toLowerCase(),
    'X-Forwarded-Port': String(listener.port),
    'X-Amzn-Trace-Id': traceHeader(trace && String(trace), now),
  });
  if (attributes.isOn('routing.http.drop_invalid_header_fields.enabled'))
    for (const name of Object.keys(kept)) if (!/^[-A-Za-z0-9]+$/.test(name)) delete kept[name];
  return kept;
}

function splitAtFirst(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
