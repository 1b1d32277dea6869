import { NIGHTS, Nights } from '../nights';
import type { Drawn, Kind } from './kind';

/** What was done is in the seed of the nights, which the numbers of the fault are. */
const seedOf = ({ choice, delay }: Drawn) => choice * 10_007 + delay;

function nights(name: string, acts: keyof typeof NIGHTS): Kind {
  return {
    ...{ name, heals: true, once: 'nights', at: ['Plan'] },
    range: { times: 6, delay: [1, 1000] },
    nights: (world, drawn) => new Nights(world, seedOf(drawn)).pass(NIGHTS[acts], drawn.times),
    // It begins when all is calm.
    arm: () => undefined,
  };
}

/** People in a row of nights, after what else goes wrong: what they do there no fault meets. */
export const HISTORY_KINDS: readonly Kind[] = [
  nights('nights of bad versions', 'bad'),
  nights('nights in which the pipeline changes', 'changed'),
];
