/** Keeps a parameter for the custom resource `Custom::Site`, and answers as providers do, at the URL that it was given. */
import { request } from 'node:https';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const ssm = new SSMClient({});

export async function handler(event, context) {
  const { RequestType, ResponseURL, ResourceProperties, PhysicalResourceId, ...rest } = event;
  const { Name, Words } = ResourceProperties;
  const answer = { ...rest, PhysicalResourceId: PhysicalResourceId ?? Name };
  try {
    if (RequestType === 'Delete') await ssm.send(new DeleteParameterCommand({ Name }));
    else await ssm.send(new PutParameterCommand({ Name, Value: Words, Type: 'String', Overwrite: true }));
    await put(ResponseURL, { ...answer, Status: 'SUCCESS', Data: { Length: String(Words.length) } });
  } catch (error) {
    await put(ResponseURL, { ...answer, Status: 'FAILED', Reason: `${error} (${context.logStreamName})` });
  }
}

function put(url, answer) {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId, Status, Reason, Data } = answer;
  const body = JSON.stringify({
    ...{ StackId, RequestId, LogicalResourceId, PhysicalResourceId, Status, Reason, Data },
  });
  const { hostname, pathname, search } = new URL(url);
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request({ hostname, path: pathname + search, method: 'PUT', headers }, resolve)
      .once('error', reject)
      .end(body);
  });
}
