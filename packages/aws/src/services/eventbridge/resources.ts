import { type RuleState, type Target, Target$ } from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { json, oneOf, shape, tags, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const ruleProperties = z.strictObject({
  Description: text.optional(),
  EventBusName: text.optional(),
  EventPattern: json.optional(),
  Name: text.optional(),
  RoleArn: text.optional(),
  ScheduleExpression: text.optional(),
  State: oneOf<RuleState>().optional(),
  Tags: tags.optional(),
  Targets: z.array(shape<Target>(Target$)).optional(),
});
type RuleProperties = z.output<typeof ruleProperties>;

async function putRule(
  name: string,
  { Targets = [], Tags, ...properties }: RuleProperties,
  { aws, tags: all }: ResourceContext,
) {
  const { RuleArn } = await aws.events.PutRule({ ...properties, Name: name, Tags: [...all] });
  if (Targets.length > 0) {
    const answer = await aws.events.PutTargets({
      Rule: name,
      EventBusName: properties.EventBusName,
      Targets,
    });
    const failed = answer.FailedEntries?.[0];
    if (failed) throw new Error(`target ${failed.TargetId}: ${failed.ErrorMessage}`);
  }
  return RuleArn;
}

async function removeTargets(
  name: string,
  bus: string | undefined,
  ids: readonly string[],
  { aws }: ResourceContext,
) {
  if (ids.length > 0) await aws.events.RemoveTargets({ Rule: name, EventBusName: bus, Ids: [...ids] });
}

const idsOf = ({ Targets = [] }: RuleProperties) =>
  Targets.flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
/** The physical id is the rule's name, with its bus before it when that is not the default one. */
const physicalId = (name: string, bus: string | undefined) => (bus === undefined ? name : `${bus}|${name}`);
const nameOf = (id: string) => id.slice(id.lastIndexOf('|') + 1);

const rule = resource({
  properties: ruleProperties,
  attributes: ['Arn'],
  replaceOn: ['EventBusName', 'Name'],
  name: 'Name',
  async create(properties, context) {
    const name = properties.Name ?? context.physicalName({ max: 64 });
    const id = physicalId(name, properties.EventBusName);
    const arn = await putRule(name, properties, context);
    return { id, attributes: { Arn: arn } };
  },
  async update(id, next, previous, context) {
    const kept = idsOf(next);
    await removeTargets(
      nameOf(id),
      next.EventBusName,
      idsOf(previous).filter((one) => !kept.includes(one)),
      context,
    );
    await putRule(nameOf(id), next, context);
    return undefined;
  },
  async delete(id, properties, context) {
    await removeTargets(nameOf(id), properties.EventBusName, idsOf(properties), context);
    await context.aws.events.DeleteRule({ Name: nameOf(id), EventBusName: properties.EventBusName });
  },
});

const eventBus = resource({
  properties: z.strictObject({
    Description: text.optional(),
    Name: text,
    Tags: tags.optional(),
  }),
  attributes: ['Arn', 'Name'],
  async create({ Name, Description }, { aws, tags: all }) {
    const { EventBusArn } = await aws.events.CreateEventBus({ Name, Description, Tags: [...all] });
    return { id: Name, attributes: { Arn: EventBusArn, Name } };
  },
  delete: (id, _properties, { aws }) => aws.events.DeleteEventBus({ Name: id }),
});

/** AWS::Events. */
export const eventsTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Events::Rule': rule,
  'AWS::Events::EventBus': eventBus,
};
