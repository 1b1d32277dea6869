import { uuid } from '../../../core/ids';
import { validationError } from '../errors';
import { ServiceFailure } from './clients';
import { type Made, type Mailbox, type ResourceContext, resource } from './resource';

/** What a provider of custom resources answers. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly RequestId: string;
  readonly PhysicalResourceId?: string;
  readonly NoEcho?: boolean;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** Of an answer, in bytes. */
const LARGEST = 4096;
/** Seconds that a provider has, where the template says nothing. */
const USUAL_TIMEOUT = 3600;
/** However fast AWS's clock runs, this is what a provider may take that has as much: its code gets no faster. Real seconds. */
const LEAST_REAL_TIMEOUT = 60;

interface Properties {
  readonly ServiceToken: string;
  readonly ServiceTimeout?: number;
}

/** A resource that a function or the subscribers of a topic make: AWS::CloudFormation::CustomResource, and Custom::… */
export const customResource = resource('AWS::CloudFormation::CustomResource', {
  handles: ['ServiceTimeout', 'ServiceToken'],
  async create(properties, context) {
    let isAsked = false;
    let id: string | undefined;
    try {
      const answer = await request('Create', properties, {}, context, () => {
        isAsked = true;
      });
      id = answer.PhysicalResourceId;
      return madeOf(answer);
    } catch (error) {
      // Whatever a provider has made of it: it is asked to delete that.
      if (isAsked) context.made(id || context.physicalName());
      throw error;
    }
  },
  async update(PhysicalResourceId, properties, previous, context) {
    if (properties.ServiceToken !== previous.ServiceToken)
      throw validationError('Modifying service token is not allowed.');
    const more = { PhysicalResourceId, OldResourceProperties: asSent(previous) };
    return madeOf(await request('Update', properties, more, context));
  },
  async delete(PhysicalResourceId, properties, context) {
    checkSuccess(await request('Delete', properties, { PhysicalResourceId }, context));
  },
});

/** @throws AwsError `ValidationError` for a provider that has failed, or that names no resource */
function madeOf(answer: Answer): Made {
  checkSuccess(answer);
  const { PhysicalResourceId: id, Data = {}, NoEcho: isSecret = false } = answer;
  if (typeof id !== 'string' || id === '' || id.length > 1024)
    throw validationError('Invalid PhysicalResourceId');
  return { id, ref: id, attributes: Data, isSecret };
}

function checkSuccess({ Status, Reason, RequestId }: Answer): void {
  if (Status === 'FAILED')
    throw validationError(
      `Received response status [FAILED] from custom resource. Message returned: ${Reason} (RequestId: ${RequestId})`,
    );
}

/**
 * Asks the provider, and waits for its answer.
 *
 * @param onAsked called when the provider has been asked
 * @throws AwsError `ValidationError` for a provider that cannot be asked, that answers what cannot be understood, or nothing in time
 */
async function request(
  RequestType: 'Create' | 'Update' | 'Delete',
  properties: Properties,
  more: object,
  context: ResourceContext,
  onAsked: () => void = () => {},
): Promise<Answer> {
  const RequestId = uuid();
  const mailbox = context.openMailbox(RequestId);
  const message = JSON.stringify({
    RequestType,
    ServiceToken: properties.ServiceToken,
    ResponseURL: mailbox.url,
    StackId: context.stackId,
    RequestId,
    LogicalResourceId: context.logicalId,
    ...more,
    ResourceType: context.type,
    ResourceProperties: asSent(properties),
  });
  try {
    await send(properties.ServiceToken, message, context);
    onAsked();
    return await awaitAnswer(mailbox, RequestId, properties.ServiceTimeout ?? USUAL_TIMEOUT, context);
  } finally {
    mailbox.close();
  }
}

async function send(token: string, message: string, { aws }: ResourceContext): Promise<void> {
  const [, , service] = token.split(':');
  try {
    if (service === 'lambda')
      await aws.lambda.Invoke({
        FunctionName: token,
        InvocationType: 'Event',
        Payload: Buffer.from(message),
      });
    else if (service === 'sns')
      await aws.sns.Publish({
        TopicArn: token,
        Subject: 'AWS CloudFormation custom resource request',
        Message: message,
      });
    else throw validationError('Invalid service token.');
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    const { service: name, code, requestId } = error;
    throw validationError(
      `${error.message} (Service: ${name}; Status Code: ${error.error.status}; Error Code: ${code}; Request ID: ${requestId})`,
    );
  }
}

async function awaitAnswer(
  mailbox: Mailbox,
  requestId: string,
  seconds: number,
  context: ResourceContext,
): Promise<Answer> {
  const patience = Math.max(seconds, Math.min(seconds, LEAST_REAL_TIMEOUT) * context.timeScale);
  const deadline = context.now().getTime() + patience * 1000;
  const text = await context.until(async () => {
    const answer = mailbox.read();
    if (answer !== undefined) return answer;
    if (context.now().getTime() < deadline) return undefined;
    throw validationError(
      `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.`,
    );
  });
  return { ...readAnswer(text), RequestId: requestId };
}

/** @throws AwsError `ValidationError` */
function readAnswer(text: string): Omit<Answer, 'RequestId'> {
  if (Buffer.byteLength(text) > LARGEST) throw validationError('Response object is too long.');
  try {
    const { Status, ...rest } = JSON.parse(text) as Partial<Answer>;
    if (Status === 'SUCCESS' || Status === 'FAILED') return { Status, ...rest };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw validationError('Response is not valid JSON');
  }
  throw validationError(
    'Invalid Status in the response of the custom resource: it is neither SUCCESS nor FAILED',
  );
}

/** Properties as providers get them: all scalars are texts. */
function asSent({ ServiceTimeout, ...rest }: Properties): object {
  return { ...(ServiceTimeout !== undefined && { ServiceTimeout: String(ServiceTimeout) }), ...rest };
}
