import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { isAwsError, ssm } from '../aws';
import { type BuildRecord, findRecord, updateRecord } from '../build/record';

/** Makes the SSM parameter of a pipeline name a new image. Keeps in the record what it named before. */
export async function nameNewestImage(build: string, parameter: string, imageId: string): Promise<void> {
  const value = await readParameter(parameter);
  if (value === imageId) return;
  const record = await findRecord(build);
  if (!record?.previousImage)
    await updateRecord(build, { previousImage: { parameter, value: value ?? null } });
  await putParameter(parameter, imageId);
}

/** Makes the SSM parameter name the image that it named before the build, if it names that of the build. */
export async function restoreNewestImage({ previousImage, imageId }: BuildRecord): Promise<void> {
  if (!previousImage || (await readParameter(previousImage.parameter)) !== imageId) return;
  if (previousImage.value === null) {
    await ssm().send(new DeleteParameterCommand({ Name: previousImage.parameter }));
  } else {
    await putParameter(previousImage.parameter, previousImage.value);
  }
}

async function putParameter(Name: string, Value: string): Promise<void> {
  // With this data type SSM checks that there is such an image, and EC2 takes the parameter as one.
  await ssm().send(
    new PutParameterCommand({ Name, Value, Type: 'String', DataType: 'aws:ec2:image', Overwrite: true }),
  );
}

async function readParameter(Name: string): Promise<string | undefined> {
  try {
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name }));
    return Parameter?.Value;
  } catch (error) {
    if (isAwsError(error, 'ParameterNotFound')) return undefined;
    throw error;
  }
}
