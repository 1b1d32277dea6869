import type { ConstraintService } from '../src/wire/constraint-table';

/** A place where AWS answers something else than its model says. */
export interface Departure {
  readonly service: ConstraintService;
  /** A shape of the model, or a member of a structure: `CreateFunctionRequest.Runtime`. */
  readonly shapes: readonly string[];
  /** What is left out; all constraints of the shape when not said. */
  readonly drop?: readonly ('length' | 'range' | 'enum' | 'pattern')[];
  /** What AWS does instead, and where that is told. */
  readonly because: string;
}

/**
 * Constraints that stay out of the tables. What AWS answers there is up to the service's own code.
 * An entry that fits no shape any more stops the generator.
 */
export const departures: readonly Departure[] = [
  {
    service: 'lambda',
    shapes: ['Runtime'],
    drop: ['enum'],
    because:
      'InvalidParameterValueException: "Value x at \'runtime\' failed to satisfy constraint: … or be a valid ARN", with the runtimes that may be created only (recorded on AWS by LocalStack, test_lambda_api.snapshot.json)',
  },
  {
    service: 'cloudwatch',
    shapes: ['MetricDatum.Unit', 'MetricDatum.Dimensions'],
    because:
      'InvalidParameterValue: "The parameter MetricData.member.1.Unit must be a value in the set [ Seconds, … ]." (as users of the AWS CLI show it)',
  },
  {
    service: 'ec2',
    shapes: ['InstanceType'],
    because:
      'InvalidParameterValue: "Invalid value \'t3.nope\' for InstanceType." (https://github.com/getmoto/moto/issues/1695); new types come before the models',
  },
  {
    service: 'ec2',
    shapes: ['ResourceType'],
    because:
      'InvalidParameterValue: "\'x\' is not a valid taggable resource type for this operation." (EC2 API, TagSpecification)',
  },
  {
    service: 's3',
    shapes: ['BucketLocationConstraint'],
    because:
      'InvalidLocationConstraint (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)',
  },
  {
    service: 's3',
    shapes: ['Permission', 'Type'],
    because: 'MalformedACLError (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)',
  },
  {
    service: 's3',
    shapes: ['Event', 'FilterRuleName'],
    because: 'InvalidArgument with the name of the argument (S3 API, PutBucketNotificationConfiguration)',
  },
];

/** Content of lists and maps of which Lambda's message says "Member must not be null" too (recorded by LocalStack). */
export const notNull: Partial<Record<ConstraintService, readonly string[]>> = {
  lambda: [
    'AdditionalVersionWeights',
    'AllowMethodsList',
    'ArchitecturesList',
    'CompatibleArchitectures',
    'LayerList',
  ],
};

/** Services whose messages show patterns without the anchors that the model has (recorded on AWS, CreateSchedule's name). */
export const unanchored: readonly ConstraintService[] = ['scheduler'];
