import type { OperationModel } from '../../src/core/service-model';
import type { NewRegion } from '../../src/testing/region';
import { Caller, type Outcome } from './caller';
import { recipes } from './fixtures';
import { Fixtures } from './fixtures/fixtures';
import { type Amount, type Fill, randomAmount } from './inputs/input-maker';
import { mangle, mutate } from './inputs/mutations';
import { Random } from './inputs/random';
import type { TestedService } from './services';
import { judge, judgeExchange, type Verdict } from './verdict';

/** One operation, tried. */
export interface Tried {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
}

/** Tries operations with inputs that are made from the model, over real HTTP. */
export class Trial implements AsyncDisposable {
  readonly caller: Caller;
  private readonly fixtures: Fixtures;

  constructor(
    region: NewRegion,
    private readonly services: readonly TestedService[],
    patience?: number,
  ) {
    this.caller = new Caller(region.aws.endpoint);
    this.fixtures = new Fixtures(region, patience);
  }

  /** Calls an operation with an input of such an amount, after what it refers to was made. */
  async run(service: TestedService, operation: OperationModel, amount: Amount): Promise<Tried> {
    // What only reads spoils nothing for the next.
    const changes = !/^(Describe|Get|List|Head)/.test(operation.name);
    if (changes) this.fixtures.forget();
    const given = await recipes[service.name].operations[operation.name]?.(this.fixtures);
    const input = await service.maker.make(operation.input, amount, this.fill(service), given);
    if (changes) this.fixtures.forget();
    const outcome = await this.caller.call(service.name, operation.name, input);
    return tried(service, operation, input, outcome);
  }

  /** Calls some operation with some input, right or wrong, as the seed says. */
  async runRandom(seed: number): Promise<Tried> {
    const random = new Random(seed);
    if (seed % 200 === 0) this.fixtures.forget();
    const service = random.pick(this.services.flatMap((one) => one.there.map(() => one)));
    const operation = random.pick(service.there);
    const input = await this.randomInput(service, operation, random);
    const kind = random.next();
    if (kind < 0.4) return this.send(service, operation, input);
    if (kind < 0.8) return this.send(service, operation, mutate(input, random));
    const outcome = await this.caller.call(service.name, operation.name, input, (request) =>
      mangle(request, random),
    );
    // The SDK reads the answer as one of this operation's, which the request may no longer ask for.
    const verdict = outcome.exchange
      ? judgeExchange(outcome.exchange)
      : judge(operation, service.check, outcome);
    return { ...tried(service, operation, input, outcome), verdict };
  }

  /** Sends what the SDK's serializer refuses as JSON, where the protocol is one of JSON. */
  private async send(
    service: TestedService,
    operation: OperationModel,
    input: Record<string, unknown>,
  ): Promise<Tried> {
    const outcome = await this.caller.call(service.name, operation.name, input);
    if (outcome.exchange || !service.protocol.startsWith('awsJson'))
      return tried(service, operation, input, outcome);
    const raw = await this.caller.call(service.name, operation.name, {}, (request) => ({
      ...request,
      body: Buffer.from(JSON.stringify(input)),
    }));
    return tried(service, operation, input, raw);
  }

  private async randomInput(
    service: TestedService,
    operation: OperationModel,
    random: Random,
  ): Promise<Record<string, unknown>> {
    const recipe = random.chance(0.5) ? recipes[service.name].operations[operation.name] : undefined;
    const given = (await recipe?.(this.fixtures).catch(() => this.fixtures.forget())) ?? {};
    const fill = this.fill(service);
    const sometimes: Fill = async (member, structure) =>
      random.chance(0.8) ? fill(member, structure).catch(() => this.fixtures.forget()) : undefined;
    return service.maker.make(operation.input, randomAmount(random), sometimes, given);
  }

  /** What the recipes of a service put into its members. */
  private fill(service: TestedService): Fill {
    const { members } = recipes[service.name];
    return async (member, structure) => {
      const fixture =
        members[`${structure}.${member}`] ?? (Object.hasOwn(members, member) && members[member]);
      return fixture ? this.fixtures.use(fixture) : undefined;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller.close();
  }
}

function tried(service: TestedService, operation: OperationModel, input: unknown, outcome: Outcome): Tried {
  const verdict = judge(operation, service.check, outcome);
  return { service: service.name, operation: operation.name, input, outcome, verdict };
}

/** What is needed to see a defect again. */
export function report({ service, operation, input, outcome, verdict }: Tried): string {
  const { request, answer } = outcome.exchange ?? {};
  return [
    `${service} ${operation}: ${'why' in verdict ? verdict.why : verdict.kind}`,
    `  input    ${short(JSON.stringify(input) ?? '')}`,
    `  request  ${request?.method} ${short(request?.path ?? '')} ${short(request?.body.toString() ?? '')}`,
    `  answer   ${answer?.status} ${short(answer?.body.toString() ?? 'none')}`,
  ].join('\n');
}

function short(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length})` : text;
}
