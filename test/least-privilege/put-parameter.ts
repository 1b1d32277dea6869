import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { RunningSample } from '../e2e/running-sample';

type Sample = Pick<RunningSample, 'aws' | 'settings'>;

/** Writes a parameter, and waits until the value is there. */
export async function putParameter(sample: Sample, Name: string, Value: string): Promise<void> {
  await new SSMClient(sample.settings).send(
    new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }),
  );
  await whenIs(sample, Name, Value);
}

/** Waits until a parameter has a value that was written: where it holds images, SSM looks for the image after it has answered. */
export async function whenIs({ aws, settings }: Sample, Name: string, value: string): Promise<void> {
  for (;;) {
    const { Parameter } = await new SSMClient(settings).send(new GetParameterCommand({ Name }));
    if (Parameter?.Value === value) return;
    await aws.clock.sleep('1s');
  }
}
