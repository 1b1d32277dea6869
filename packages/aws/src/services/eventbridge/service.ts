import type { IamPort } from '../../core/ports';
import { defineService } from '../../core/service';
import { authorization } from './authorization';
import { deliverEvents } from './delivery/deliver-events';
import * as buses from './operations/buses';
import * as events from './operations/events';
import * as rules from './operations/rules';
import * as tags from './operations/tags';
import * as targets from './operations/targets';
import { type Client, EventBridgeState } from './state';

type Roles = Pick<IamPort, 'issue' | 'principalOf' | 'role'>;

/** EventBridge of one region: buses, rules, and the delivery of events to targets. */
export const eventbridge = defineService<Client, EventBridgeState, { iam: Roles }>({
  client: () => import('@aws-sdk/client-eventbridge'),
  signingName: 'events',
  target: 'AWSEvents',
  needs: ['iam'],
  authorization,
  create(context, { iam }) {
    const state = new EventBridgeState(context, iam);
    state.ends.push(deliverEvents(state));
    return state;
  },
  operations: { ...buses, ...rules, ...targets, ...events, ...tags },
  dispose: (state) => state.dispose(),
});
