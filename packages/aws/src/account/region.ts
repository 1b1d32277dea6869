import type { Context } from '../core/context';
import { EventBus } from '../core/event-bus';
import type { Service } from '../core/service';
import { Network } from '../network/index';
import { NetworkProxy } from '../network/proxy';
import { ApiGateway } from '../services/apigatewayv2/index';
import { AutoScaling } from '../services/auto-scaling/index';
import { CloudFormation } from '../services/cloudformation/index';
import { CloudWatch } from '../services/cloudwatch/index';
import { Logs } from '../services/cloudwatch-logs/index';
import { DynamoDb } from '../services/dynamodb/index';
import { Ec2 } from '../services/ec2/index';
import { ElbV2, type LoadBalancerPort } from '../services/elastic-load-balancing-v2/index';
import { EventBridge } from '../services/eventbridge/index';
import { Lambda } from '../services/lambda/index';
import type { Destinations } from '../services/s3/notifications';
import { Scheduler } from '../services/scheduler/index';
import { StepFunctions } from '../services/sfn/index';
import { Sns } from '../services/sns/index';
import { Ssm } from '../services/ssm/index';
import { entries, type ServiceName } from '../wire/catalog';
import type { Account } from './account';
import { reportOwnMetrics } from './own-metrics';
import { s3Destinations } from './s3-destinations';

/** One region of the account: its services, wired to one another, and its network. */
export class Region {
  readonly bus: EventBus;
  readonly network: Network;
  readonly proxy: NetworkProxy;
  readonly ec2: Ec2;
  readonly httpApis: ApiGateway;
  /** Where buckets of the region send their notifications. */
  readonly s3Destinations: Destinations;
  private readonly states: StepFunctions;
  private readonly scheduler: Scheduler;
  private readonly elbv2: ElbV2;
  private readonly services: Record<ServiceName, Service>;

  constructor(
    readonly name: string,
    account: Account,
  ) {
    this.bus = new EventBus(name, account.accountId, () => account.clock.now());
    const context: Context = {
      region: name,
      accountId: account.accountId,
      clock: account.clock,
      ledger: account.ledger,
      faults: account.faults,
      bus: this.bus,
      endpoint: account.endpoint,
    };
    const { iam, sts, s3 } = account;
    this.network = new Network(context);
    this.proxy = new NetworkProxy(this.network);
    const ssm = new Ssm(context);
    this.ec2 = new Ec2(context, {
      network: this.network,
      iam,
      ssm,
      regionOf: (region) => account.region(region).ec2,
    });
    this.elbv2 = new ElbV2(context, { ec2: this.ec2, network: this.network });
    const logs = new Logs(context);
    const lambda: Lambda = new Lambda(context, {
      ec2: this.ec2,
      network: this.network,
      iam,
      logs,
      s3,
      get sns() {
        return sns;
      },
    });
    const sns = new Sns(context, { lambda });
    this.s3Destinations = s3Destinations({ lambda, sns });
    this.httpApis = new ApiGateway(context, { lambda });
    this.states = new StepFunctions(context, {
      lambda,
      iam,
      callService: async (service, operation, input, call) => {
        const run = this.service(service as ServiceName).operations[operation];
        if (!run) throw new Error(`the embedded AWS has no operation ${operation} of ${service}`);
        return run(input as never, call);
      },
    });
    const events = new EventBridge(context, { lambda, states: this.states, sns, logs });
    this.scheduler = new Scheduler(context, { lambda, states: this.states, events, sns, iam });
    const cloudwatch = new CloudWatch(context, { sns });
    reportOwnMetrics(cloudwatch, { lambda, logs, states: this.states });
    const services: Omit<Record<ServiceName, Service>, 'cloudformation'> = {
      apigateway: this.httpApis,
      autoscaling: new AutoScaling(context, { ec2: this.ec2, elbv2: this.elbv2 }),
      cloudwatch,
      dynamodb: new DynamoDb(context),
      ec2: this.ec2,
      elbv2: this.elbv2,
      events,
      iam,
      lambda,
      logs,
      s3,
      scheduler: this.scheduler,
      sns,
      ssm,
      states: this.states,
      sts,
    };
    this.services = { ...services, cloudformation: new CloudFormation(context, { services }) };
  }

  service(name: ServiceName): Service {
    return this.services[name];
  }

  loadBalancerPorts(): LoadBalancerPort[] {
    return this.elbv2.loadBalancerPorts();
  }

  /** The state transitions of every execution, as AWS bills them. */
  executionTransitions(): { executionArn: string; transitions: number }[] {
    return this.states.all().map(({ arn, transitions }) => ({ executionArn: arn, transitions }));
  }

  /** Fires a schedule at once. False when there is none of this name. */
  runSchedule(group: string, name: string): Promise<boolean> {
    return this.scheduler.runNow(group, name);
  }

  /** Ends the region's own services; those of the account are the account's to end. */
  async dispose(): Promise<void> {
    const { ec2, elbv2, autoscaling, ...others } = this.services;
    const own = Object.entries(others).filter(([name]) => !entries[name as ServiceName].global);
    await Promise.all(own.map(([, service]) => service.dispose?.()));
    // What keeps servers running ends before the servers, and what carries their bytes last.
    await autoscaling.dispose?.();
    await elbv2.dispose?.();
    await ec2.dispose?.();
    this.network.dispose();
  }
}
