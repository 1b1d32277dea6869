import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NginxServer } from './config';
import type { NginxDirective } from './parse';
import type { NginxRequest } from './rewrite';

/** A request on its way through the server that answers it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  server: NginxServer;
  host: string;
  /** Path, query and variables, which rewrites change. */
  asked: NginxRequest;
  /** Set while the page of an error is made. */
  status: number;
  redirects: number;
}

/** Where a request goes on when what was asked for cannot be its answer. */
export interface NginxRouter {
  /** To the page of an error. */
  fail(exchange: Exchange, directives: readonly NginxDirective[], status: number): void;
  /** To another path, for which a location is looked for again. */
  redirectInternally(exchange: Exchange, directives: readonly NginxDirective[], path: string): void;
  /** To a location by its name, as in `@fallback`. */
  answerNamed(exchange: Exchange, directives: readonly NginxDirective[], name: string): void;
}
