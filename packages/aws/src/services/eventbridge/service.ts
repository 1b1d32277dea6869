import { defineService } from '../../core/service';
import { deliverEvents } from './delivery/deliver-events';
import * as buses from './operations/buses';
import * as events from './operations/events';
import * as rules from './operations/rules';
import * as tags from './operations/tags';
import * as targets from './operations/targets';
import { type Client, EventBridgeState, type FunctionPolicies } from './state';

/** EventBridge of one region: buses, rules, and the delivery of events to targets. */
export const eventbridge = defineService<Client, EventBridgeState, { lambda: FunctionPolicies }>({
  client: () => import('@aws-sdk/client-eventbridge'),
  signingName: 'events',
  target: 'AWSEvents',
  needs: ['lambda'],
  create(context, { lambda }) {
    const state = new EventBridgeState(context, lambda);
    state.ends.push(deliverEvents(state));
    return state;
  },
  operations: { ...buses, ...rules, ...targets, ...events, ...tags },
  dispose: (state) => state.dispose(),
});
