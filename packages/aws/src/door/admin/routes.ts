import { sleepOnClock } from './clock';
import { addFault, clearFaults, listFaults, listStrikes } from './faults';
import { addVulnerability, clearVulnerabilities, listVulnerabilities, scanImage } from './inspector';
import { AdminError, type AdminRoute } from './route';
import { runSchedule } from './schedules';

/** All ways into the administration. */
export const routes: readonly AdminRoute[] = [
  {
    path: 'GET ',
    does: 'account, endpoint, time scale, AWS time, the regions that were spoken to',
    answer: async (aws) => aws.about(),
  },
  {
    path: 'POST reset',
    does: 'makes the account newborn again',
    async answer(aws) {
      await aws.reset();
      return { reset: true };
    },
  },
  {
    path: 'GET calls',
    does: 'the newest 20,000 calls of operations, whoever made them',
    answer: (aws) => aws.calls(),
  },
  {
    path: 'GET calls/digest',
    does: 'with a seed: what all calls come to (caller, operation, input, answer, time), the same in each run',
    answer: (aws) =>
      aws.digest().catch((error: Error) => {
        throw new AdminError(409, error.message);
      }),
  },
  {
    path: 'GET ledger',
    does: 'what AWS itself was busy with, and when',
    answer: (aws) => aws.ledger(),
  },
  {
    path: 'GET executions',
    does: 'the state transitions of every execution, as AWS bills them',
    answer: (aws) => aws.executions(),
  },
  {
    path: 'GET messages',
    does: 'what was published to the topics of SNS, and which subscriptions got it: mail too, which is sent to nobody',
    answer: (aws) => aws.messages(),
  },
  {
    path: 'GET load-balancers',
    does: 'the listeners of load balancers, with the loopback ports on which a browser finds them',
    answer: (aws) => aws.loadBalancers(),
  },
  listFaults,
  listStrikes,
  addFault,
  clearFaults,
  listVulnerabilities,
  addVulnerability,
  clearVulnerabilities,
  scanImage,
  sleepOnClock,
  {
    path: 'GET schedules',
    does: 'what runs by itself as time passes (schedules, rules, scheduled actions of groups), and when next',
    answer: (aws) => aws.clockwork(),
  },
  runSchedule,
];
