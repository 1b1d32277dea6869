import { Account } from '../src/account/account';
import { durations } from '../src/core/durations';
import type { ServiceDefinition } from '../src/core/service';
import { services as definitions, type ServiceName } from '../src/services';
import { resourceTypes } from '../src/services/cloudformation/resources/types';
import { ApiModels } from '../src/wire/api-model';

/** The pages under `docs/` that are written from the code, by file name. */
export async function describeEmbeddedAws(): Promise<Record<string, string>> {
  return {
    'embedded-aws-operations.md': await describeOperations(),
    'embedded-aws-durations.md': describeDurations(),
  };
}

const WRITTEN = 'Written by `npm run reference` from the code; do not edit it by hand.';

async function describeOperations(): Promise<string> {
  const account = new Account({ timeScale: 1, endpoint: 'http://127.0.0.1', models: new ApiModels() });
  try {
    const services = (Object.keys(definitions) as ServiceName[]).map((name) => {
      const { signingName, global, operations }: ServiceDefinition = definitions[name];
      const names = Object.keys(operations).sort();
      const scope = global ? ', one for the account' : '';
      return `## ${signingName} (${names.length}${scope})\n\n${names.join(', ')}\n`;
    });
    return `# Operations of the embedded AWS

${WRITTEN} Each service stands under the name that requests are signed for.
Unless it says otherwise every region has a service of its own. Any other operation of these services is answered with
AWS's error for an unknown one, and its name.

${services.join('\n')}
## Resource types of CloudFormation (${Object.keys(resourceTypes).length})

${Object.keys(resourceTypes).sort().join(', ')}
`;
  } finally {
    await account.dispose();
  }
}

function describeDurations(): string {
  const rows = Object.entries(durations).map(
    ([name, { seconds, source }]) => `| \`${name}\` | ${seconds} | ${source.replaceAll('|', '\\|')} |`,
  );
  return `# Durations of the embedded AWS

${WRITTEN} What AWS takes its time for, in seconds of AWS time: divide by
\`--time-scale\` for those on your watch. What you configure yourself (health checks, warm-up, draining) is not here: it
takes as long as you say.

| what | seconds | where the number comes from |
| --- | --- | --- |
${rows.join('\n')}
`;
}
