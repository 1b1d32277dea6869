import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePattern } from 'aws-languages/event-pattern';
import { parse } from 'yaml';
import { describeTriggers } from '../../src/build/unattended/clockwork/describe';
import { pipelinesFolder } from '../../src/pipeline/folder';
import { loadPipelines } from '../../src/pipeline/load';

/** An event as EventBridge hands it on. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Record<string, unknown>;
}

/** The name of a function that an event goes to, and what it is called with. */
export interface Delivery {
  readonly to: string;
  readonly input: unknown;
}

/** A rule of the deployed service. */
interface Rule {
  readonly matches: (event: unknown) => boolean;
  readonly deliver: (event: BusEvent) => Delivery;
}

/** The rules that the service is deployed with: those of its functions, and those of the pipelines. */
export async function readRules(): Promise<Rule[]> {
  return [...readFunctionRules(), ...(await makePipelineRules())];
}

function readFunctionRules(): Rule[] {
  const file = readFileSync(join(__dirname, '../../serverless/functions.yml'), 'utf8');
  const deployed: Record<string, { events?: { eventBridge?: { pattern?: object } }[] }> = parse(file, {
    merge: true,
    logLevel: 'silent',
  });
  return Object.entries(deployed).flatMap(([name, { events = [] }]) =>
    events.flatMap(({ eventBridge: { pattern } = {} }) =>
      pattern
        ? {
            matches: compilePattern(fillIn(pattern)),
            deliver: (event: BusEvent) => ({ to: name, input: event }),
          }
        : [],
    ),
  );
}

/** CloudFormation has put the names of the deployment in their places. */
function fillIn(pattern: object): object {
  return JSON.parse(JSON.stringify(pattern), (key, value) => {
    if (key === 'stateMachineArn') return [process.env.KILN_STATE_MACHINE];
    return key === 'service' ? [process.env.KILN_SERVICE] : value;
  });
}

async function makePipelineRules(): Promise<Rule[]> {
  const { rules } = describeTriggers(await loadPipelines(pipelinesFolder()), process.env.KILN_SERVICE ?? '');
  return rules.map(({ pattern, template }) => ({
    matches: compilePattern(pattern),
    deliver: (event) => {
      const text = template.replace('<aws.events.event.json>', () => JSON.stringify(event));
      return { to: 'requestBuild', input: JSON.parse(text) };
    },
  }));
}
