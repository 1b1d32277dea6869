import type { Context } from '../../core/context';
import type { Call, OperationsOf, WireRequest, WireResponse } from '../../core/service';
import type { TypedOperations } from '../../core/typed-operations';
import { type Functions, Gateway } from './gateway/gateway';
import { apiOperations } from './operations/apis';
import { integrationOperations } from './operations/integrations';
import { routeOperations } from './operations/routes';
import { stageOperations } from './operations/stages';
import { tagOperations } from './operations/tags';
import { ApiStore } from './state';

type Client = typeof import('@aws-sdk/client-apigatewayv2');

/** API Gateway v2 of one region: HTTP APIs, as records and as they answer requests. */
export class ApiGateway {
  readonly operations;
  private readonly store: ApiStore;
  private readonly gateway: Gateway;

  constructor(context: Context, deps: { readonly lambda: Functions }) {
    this.store = new ApiStore(context);
    this.gateway = new Gateway(this.store, deps.lambda);
    const operations = {
      ...apiOperations(this.store),
      ...stageOperations(this.store),
      ...integrationOperations(this.store),
      ...routeOperations(this.store),
      ...tagOperations(this.store),
    } satisfies OperationsOf<Client>;
    this.operations = operations as TypedOperations<Client, typeof operations>;
  }

  /** Whether there is an HTTP API of this id. */
  has(apiId: string): boolean {
    return this.store.apis.has(apiId);
  }

  /**
   * Answers a request to a deployed API, as `https://<id>.execute-api.<region>.amazonaws.com` does.
   * @throws AwsError NotFoundException when there is no such API
   */
  invoke(apiId: string, request: WireRequest, call: Call): Promise<WireResponse> {
    return this.gateway.answer(this.store.find(apiId), request, call);
  }
}
