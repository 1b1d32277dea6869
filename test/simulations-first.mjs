import TestSequencer from '@jest/test-sequencer';

/** Where it is not known yet how long files take, Jest has the smallest last: those that simulate are small, and would be waited for alone. */
export default class SimulationsFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const simulates = ({ path }) => path.includes('simulated.');
    return [...sorted.filter(simulates), ...sorted.filter((one) => !simulates(one))];
  }
}
