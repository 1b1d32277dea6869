// Written by scripts/generate-resource-types.ts.

export interface ResourceProperties {
  'AWS::ApiGatewayV2::Api': ApiGatewayV2Api;
  'AWS::ApiGatewayV2::Authorizer': ApiGatewayV2Authorizer;
  'AWS::ApiGatewayV2::Integration': ApiGatewayV2Integration;
  'AWS::ApiGatewayV2::Route': ApiGatewayV2Route;
  'AWS::ApiGatewayV2::Stage': ApiGatewayV2Stage;
  'AWS::AutoScaling::AutoScalingGroup': AutoScalingAutoScalingGroup;
  'AWS::AutoScaling::LaunchConfiguration': AutoScalingLaunchConfiguration;
  'AWS::AutoScaling::LifecycleHook': AutoScalingLifecycleHook;
  'AWS::AutoScaling::ScalingPolicy': AutoScalingScalingPolicy;
  'AWS::AutoScaling::ScheduledAction': AutoScalingScheduledAction;
  'AWS::AutoScaling::WarmPool': AutoScalingWarmPool;
  'AWS::CDK::Metadata': CDKMetadata;
  'AWS::CloudFormation::CustomResource': CloudFormationCustomResource;
  'AWS::CloudFormation::WaitConditionHandle': CloudFormationWaitConditionHandle;
  'AWS::CloudWatch::Alarm': CloudWatchAlarm;
  'AWS::CloudWatch::Dashboard': CloudWatchDashboard;
  'AWS::DynamoDB::Table': DynamoDBTable;
  'AWS::EC2::EIP': EC2EIP;
  'AWS::EC2::Instance': EC2Instance;
  'AWS::EC2::InternetGateway': EC2InternetGateway;
  'AWS::EC2::KeyPair': EC2KeyPair;
  'AWS::EC2::LaunchTemplate': EC2LaunchTemplate;
  'AWS::EC2::NatGateway': EC2NatGateway;
  'AWS::EC2::Route': EC2Route;
  'AWS::EC2::RouteTable': EC2RouteTable;
  'AWS::EC2::SecurityGroup': EC2SecurityGroup;
  'AWS::EC2::SecurityGroupEgress': EC2SecurityGroupEgress;
  'AWS::EC2::SecurityGroupIngress': EC2SecurityGroupIngress;
  'AWS::EC2::Subnet': EC2Subnet;
  'AWS::EC2::SubnetRouteTableAssociation': EC2SubnetRouteTableAssociation;
  'AWS::EC2::VPC': EC2VPC;
  'AWS::EC2::VPCEndpoint': EC2VPCEndpoint;
  'AWS::EC2::VPCGatewayAttachment': EC2VPCGatewayAttachment;
  'AWS::EC2::Volume': EC2Volume;
  'AWS::ECR::Repository': ECRRepository;
  'AWS::ElasticLoadBalancing::LoadBalancer': ElasticLoadBalancingLoadBalancer;
  'AWS::ElasticLoadBalancingV2::Listener': ElasticLoadBalancingV2Listener;
  'AWS::ElasticLoadBalancingV2::ListenerRule': ElasticLoadBalancingV2ListenerRule;
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ElasticLoadBalancingV2LoadBalancer;
  'AWS::ElasticLoadBalancingV2::TargetGroup': ElasticLoadBalancingV2TargetGroup;
  'AWS::Events::EventBus': EventsEventBus;
  'AWS::Events::Rule': EventsRule;
  'AWS::IAM::InstanceProfile': IAMInstanceProfile;
  'AWS::IAM::ManagedPolicy': IAMManagedPolicy;
  'AWS::IAM::OIDCProvider': IAMOIDCProvider;
  'AWS::IAM::Policy': IAMPolicy;
  'AWS::IAM::Role': IAMRole;
  'AWS::KMS::Alias': KMSAlias;
  'AWS::KMS::Key': KMSKey;
  'AWS::Lambda::Alias': LambdaAlias;
  'AWS::Lambda::EventInvokeConfig': LambdaEventInvokeConfig;
  'AWS::Lambda::Function': LambdaFunction;
  'AWS::Lambda::Permission': LambdaPermission;
  'AWS::Lambda::Version': LambdaVersion;
  'AWS::Logs::LogGroup': LogsLogGroup;
  'AWS::Logs::MetricFilter': LogsMetricFilter;
  'AWS::S3::Bucket': S3Bucket;
  'AWS::S3::BucketPolicy': S3BucketPolicy;
  'AWS::SNS::Subscription': SNSSubscription;
  'AWS::SNS::Topic': SNSTopic;
  'AWS::SNS::TopicPolicy': SNSTopicPolicy;
  'AWS::SSM::Parameter': SSMParameter;
  'AWS::Scheduler::Schedule': SchedulerSchedule;
  'AWS::Scheduler::ScheduleGroup': SchedulerScheduleGroup;
  'AWS::StepFunctions::Activity': StepFunctionsActivity;
  'AWS::StepFunctions::StateMachine': StepFunctionsStateMachine;
  'AWS::StepFunctions::StateMachineAlias': StepFunctionsStateMachineAlias;
  'AWS::StepFunctions::StateMachineVersion': StepFunctionsStateMachineVersion;
}
export interface ResourceTag { Key: string; Value: string }
export type Json = string | Record<string, unknown> | unknown[];
export interface ApiGatewayV2Api {
  ApiKeySelectionExpression?: string;
  BasePath?: string;
  Body?: Json;
  BodyS3Location?: ApiGatewayV2Api_BodyS3Location;
  CorsConfiguration?: ApiGatewayV2Api_Cors;
  CredentialsArn?: string;
  Description?: string;
  DisableExecuteApiEndpoint?: boolean;
  DisableSchemaValidation?: boolean;
  FailOnWarnings?: boolean;
  IpAddressType?: string;
  Name?: string;
  ProtocolType?: string;
  RouteKey?: string;
  RouteSelectionExpression?: string;
  Tags?: Record<string, string>;
  Target?: string;
  Version?: string;
}
export interface ApiGatewayV2Api_BodyS3Location {
  Bucket?: string;
  Etag?: string;
  Key?: string;
  Version?: string;
}
export interface ApiGatewayV2Api_Cors {
  AllowCredentials?: boolean;
  AllowHeaders?: Array<string>;
  AllowMethods?: Array<string>;
  AllowOrigins?: Array<string>;
  ExposeHeaders?: Array<string>;
  MaxAge?: number;
}
export interface ApiGatewayV2Authorizer {
  ApiId: string;
  AuthorizerCredentialsArn?: string;
  AuthorizerPayloadFormatVersion?: string;
  AuthorizerResultTtlInSeconds?: number;
  AuthorizerType: string;
  AuthorizerUri?: string;
  EnableSimpleResponses?: boolean;
  IdentitySource?: Array<string>;
  IdentityValidationExpression?: string;
  JwtConfiguration?: ApiGatewayV2Authorizer_JWTConfiguration;
  Name: string;
}
export interface ApiGatewayV2Authorizer_JWTConfiguration {
  Audience?: Array<string>;
  Issuer?: string;
}
export interface ApiGatewayV2Integration {
  ApiId: string;
  ConnectionId?: string;
  ConnectionType?: string;
  ContentHandlingStrategy?: string;
  CredentialsArn?: string;
  Description?: string;
  IntegrationMethod?: string;
  IntegrationSubtype?: string;
  IntegrationType: string;
  IntegrationUri?: string;
  PassthroughBehavior?: string;
  PayloadFormatVersion?: string;
  RequestParameters?: Record<string, string>;
  RequestTemplates?: Record<string, string>;
  ResponseParameters?: Record<string, ApiGatewayV2Integration_ResponseParameterMap>;
  TemplateSelectionExpression?: string;
  TimeoutInMillis?: number;
  TlsConfig?: ApiGatewayV2Integration_TlsConfig;
}
export interface ApiGatewayV2Integration_ResponseParameter {
  Destination?: string;
  Source?: string;
}
export interface ApiGatewayV2Integration_ResponseParameterMap {
  ResponseParameters?: Array<ApiGatewayV2Integration_ResponseParameter>;
}
export interface ApiGatewayV2Integration_TlsConfig {
  ServerNameToVerify?: string;
}
export interface ApiGatewayV2Route {
  ApiId: string;
  ApiKeyRequired?: boolean;
  AuthorizationScopes?: Array<string>;
  AuthorizationType?: string;
  AuthorizerId?: string;
  ModelSelectionExpression?: string;
  OperationName?: string;
  RequestModels?: Json;
  RequestParameters?: Json;
  RouteKey: string;
  RouteResponseSelectionExpression?: string;
  Target?: string;
}
export interface ApiGatewayV2Stage {
  AccessLogSettings?: ApiGatewayV2Stage_AccessLogSettings;
  AccessPolicyId?: string;
  ApiId: string;
  AutoDeploy?: boolean;
  ClientCertificateId?: string;
  DefaultRouteSettings?: ApiGatewayV2Stage_RouteSettings;
  DeploymentId?: string;
  Description?: string;
  RouteSettings?: Json;
  StageName: string;
  StageVariables?: Json;
  Tags?: Json;
}
export interface ApiGatewayV2Stage_AccessLogSettings {
  DestinationArn?: string;
  Format?: string;
}
export interface ApiGatewayV2Stage_RouteSettings {
  DataTraceEnabled?: boolean;
  DetailedMetricsEnabled?: boolean;
  LoggingLevel?: string;
  ThrottlingBurstLimit?: number;
  ThrottlingRateLimit?: number;
}
export interface AutoScalingAutoScalingGroup {
  AutoScalingGroupName?: string;
  AvailabilityZoneDistribution?: AutoScalingAutoScalingGroup_AvailabilityZoneDistribution;
  AvailabilityZoneIds?: Array<string>;
  AvailabilityZoneImpairmentPolicy?: AutoScalingAutoScalingGroup_AvailabilityZoneImpairmentPolicy;
  AvailabilityZones?: Array<string>;
  CapacityRebalance?: boolean;
  CapacityReservationSpecification?: AutoScalingAutoScalingGroup_CapacityReservationSpecification;
  Context?: string;
  Cooldown?: string;
  DefaultInstanceWarmup?: number;
  DeletionProtection?: string;
  DesiredCapacity?: string;
  DesiredCapacityType?: string;
  HealthCheckGracePeriod?: number;
  HealthCheckType?: string;
  InstanceId?: string;
  InstanceLifecyclePolicy?: AutoScalingAutoScalingGroup_InstanceLifecyclePolicy;
  InstanceMaintenancePolicy?: AutoScalingAutoScalingGroup_InstanceMaintenancePolicy;
  LaunchConfigurationName?: string;
  LaunchTemplate?: AutoScalingAutoScalingGroup_LaunchTemplateSpecification;
  LifecycleHookSpecificationList?: Array<AutoScalingAutoScalingGroup_LifecycleHookSpecification>;
  LoadBalancerNames?: Array<string>;
  MaxInstanceLifetime?: number;
  MaxSize: string;
  MetricsCollection?: Array<AutoScalingAutoScalingGroup_MetricsCollection>;
  MinSize: string;
  MixedInstancesPolicy?: AutoScalingAutoScalingGroup_MixedInstancesPolicy;
  NewInstancesProtectedFromScaleIn?: boolean;
  NotificationConfiguration?: AutoScalingAutoScalingGroup_NotificationConfiguration;
  NotificationConfigurations?: Array<AutoScalingAutoScalingGroup_NotificationConfiguration>;
  PlacementGroup?: string;
  ServiceLinkedRoleARN?: string;
  SkipZonalShiftValidation?: boolean;
  Tags?: Array<AutoScalingAutoScalingGroup_TagProperty>;
  TargetGroupARNs?: Array<string>;
  TerminationPolicies?: Array<string>;
  TrafficSources?: Array<AutoScalingAutoScalingGroup_TrafficSourceIdentifier>;
  VPCZoneIdentifier?: Array<string>;
}
export interface AutoScalingAutoScalingGroup_AcceleratorCountRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_AcceleratorTotalMemoryMiBRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_AvailabilityZoneDistribution {
  CapacityDistributionStrategy?: "balanced-best-effort" | "balanced-only" | "reservations-then-balanced";
}
export interface AutoScalingAutoScalingGroup_AvailabilityZoneImpairmentPolicy {
  ImpairedZoneHealthCheckBehavior: "IgnoreUnhealthy" | "ReplaceUnhealthy";
  ZonalShiftEnabled: boolean;
}
export interface AutoScalingAutoScalingGroup_BaselineEbsBandwidthMbpsRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_BaselinePerformanceFactorsRequest {
  Cpu?: AutoScalingAutoScalingGroup_CpuPerformanceFactorRequest;
}
export interface AutoScalingAutoScalingGroup_CapacityReservationSpecification {
  CapacityReservationPreference: string;
  CapacityReservationTarget?: AutoScalingAutoScalingGroup_CapacityReservationTarget;
}
export interface AutoScalingAutoScalingGroup_CapacityReservationTarget {
  CapacityReservationIds?: Array<string>;
  CapacityReservationResourceGroupArns?: Array<string>;
}
export interface AutoScalingAutoScalingGroup_CpuPerformanceFactorRequest {
  References?: Array<AutoScalingAutoScalingGroup_PerformanceFactorReferenceRequest>;
}
export interface AutoScalingAutoScalingGroup_DistributionSegment {
  TargetCapacityTypes: Array<"on-demand-capacity-reservation" | "capacity-block" | "interruptible-capacity-reservation" | "on-demand">;
}
export interface AutoScalingAutoScalingGroup_InstanceLifecyclePolicy {
  RetentionTriggers?: AutoScalingAutoScalingGroup_RetentionTriggers;
}
export interface AutoScalingAutoScalingGroup_InstanceMaintenancePolicy {
  MaxHealthyPercentage?: number;
  MinHealthyPercentage?: number;
}
export interface AutoScalingAutoScalingGroup_InstanceRequirements {
  AcceleratorCount?: AutoScalingAutoScalingGroup_AcceleratorCountRequest;
  AcceleratorManufacturers?: Array<string>;
  AcceleratorNames?: Array<string>;
  AcceleratorTotalMemoryMiB?: AutoScalingAutoScalingGroup_AcceleratorTotalMemoryMiBRequest;
  AcceleratorTypes?: Array<string>;
  AllowedInstanceTypes?: Array<string>;
  BareMetal?: string;
  BaselineEbsBandwidthMbps?: AutoScalingAutoScalingGroup_BaselineEbsBandwidthMbpsRequest;
  BaselinePerformanceFactors?: AutoScalingAutoScalingGroup_BaselinePerformanceFactorsRequest;
  BurstablePerformance?: string;
  CpuManufacturers?: Array<string>;
  ExcludedInstanceTypes?: Array<string>;
  InstanceGenerations?: Array<string>;
  LocalStorage?: string;
  LocalStorageTypes?: Array<string>;
  MaxSpotPriceAsPercentageOfOptimalOnDemandPrice?: number;
  MemoryGiBPerVCpu?: AutoScalingAutoScalingGroup_MemoryGiBPerVCpuRequest;
  MemoryMiB: AutoScalingAutoScalingGroup_MemoryMiBRequest;
  NetworkBandwidthGbps?: AutoScalingAutoScalingGroup_NetworkBandwidthGbpsRequest;
  NetworkInterfaceCount?: AutoScalingAutoScalingGroup_NetworkInterfaceCountRequest;
  OnDemandMaxPricePercentageOverLowestPrice?: number;
  RequireHibernateSupport?: boolean;
  SpotMaxPricePercentageOverLowestPrice?: number;
  TotalLocalStorageGB?: AutoScalingAutoScalingGroup_TotalLocalStorageGBRequest;
  VCpuCount: AutoScalingAutoScalingGroup_VCpuCountRequest;
}
export interface AutoScalingAutoScalingGroup_InstancesDistribution {
  DistributionSegments?: Array<AutoScalingAutoScalingGroup_DistributionSegment>;
  OnDemandAllocationStrategy?: string;
  OnDemandBaseCapacity?: number;
  OnDemandPercentageAboveBaseCapacity?: number;
  SpotAllocationStrategy?: string;
  SpotInstancePools?: number;
  SpotMaxPrice?: string;
}
export interface AutoScalingAutoScalingGroup_LaunchTemplate {
  LaunchTemplateSpecification: AutoScalingAutoScalingGroup_LaunchTemplateSpecification;
  Overrides?: Array<AutoScalingAutoScalingGroup_LaunchTemplateOverrides>;
}
export interface AutoScalingAutoScalingGroup_LaunchTemplateOverrides {
  ImageId?: string;
  InstanceRequirements?: AutoScalingAutoScalingGroup_InstanceRequirements;
  InstanceType?: string;
  LaunchTemplateSpecification?: AutoScalingAutoScalingGroup_LaunchTemplateSpecification;
  WeightedCapacity?: string;
}
export interface AutoScalingAutoScalingGroup_LaunchTemplateSpecification {
  LaunchTemplateId?: string;
  LaunchTemplateName?: string;
  Version: string;
}
export interface AutoScalingAutoScalingGroup_LifecycleHookSpecification {
  DefaultResult?: string;
  HeartbeatTimeout?: number;
  LifecycleHookName: string;
  LifecycleTransition: string;
  NotificationMetadata?: string;
  NotificationTargetARN?: string;
  RoleARN?: string;
}
export interface AutoScalingAutoScalingGroup_MemoryGiBPerVCpuRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_MemoryMiBRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_MetricsCollection {
  Granularity: string;
  Metrics?: Array<string>;
}
export interface AutoScalingAutoScalingGroup_MixedInstancesPolicy {
  InstancesDistribution?: AutoScalingAutoScalingGroup_InstancesDistribution;
  LaunchTemplate: AutoScalingAutoScalingGroup_LaunchTemplate;
}
export interface AutoScalingAutoScalingGroup_NetworkBandwidthGbpsRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_NetworkInterfaceCountRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_NotificationConfiguration {
  NotificationTypes?: Array<string>;
  TopicARN: string | Array<string>;
}
export interface AutoScalingAutoScalingGroup_PerformanceFactorReferenceRequest {
  InstanceFamily?: string;
}
export interface AutoScalingAutoScalingGroup_RetentionTriggers {
  TerminateHookAbandon?: string;
}
export interface AutoScalingAutoScalingGroup_TagProperty {
  Key: string;
  PropagateAtLaunch: boolean;
  Value: string;
}
export interface AutoScalingAutoScalingGroup_TotalLocalStorageGBRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingAutoScalingGroup_TrafficSourceIdentifier {
  Identifier: string;
  Type: string;
}
export interface AutoScalingAutoScalingGroup_VCpuCountRequest {
  Max?: number;
  Min?: number;
}
export interface AutoScalingLaunchConfiguration {
  AssociatePublicIpAddress?: boolean;
  BlockDeviceMappings?: Array<AutoScalingLaunchConfiguration_BlockDeviceMapping>;
  ClassicLinkVPCId?: string;
  ClassicLinkVPCSecurityGroups?: Array<string>;
  EbsOptimized?: boolean;
  IamInstanceProfile?: string;
  ImageId: string;
  InstanceId?: string;
  InstanceMonitoring?: boolean;
  InstanceType: string;
  KernelId?: string;
  KeyName?: string;
  LaunchConfigurationName?: string;
  MetadataOptions?: AutoScalingLaunchConfiguration_MetadataOptions;
  PlacementTenancy?: string;
  RamDiskId?: string;
  SecurityGroups?: Array<string>;
  SpotPrice?: string;
  UserData?: string;
}
export interface AutoScalingLaunchConfiguration_BlockDevice {
  DeleteOnTermination?: boolean;
  Encrypted?: boolean;
  Iops?: number;
  SnapshotId?: string;
  Throughput?: number;
  VolumeSize?: number;
  VolumeType?: string;
}
export interface AutoScalingLaunchConfiguration_BlockDeviceMapping {
  DeviceName: string;
  Ebs?: AutoScalingLaunchConfiguration_BlockDevice;
  NoDevice?: boolean;
  VirtualName?: string;
}
export interface AutoScalingLaunchConfiguration_MetadataOptions {
  HttpEndpoint?: string;
  HttpPutResponseHopLimit?: number;
  HttpTokens?: string;
}
export interface AutoScalingLifecycleHook {
  AutoScalingGroupName: string;
  DefaultResult?: string;
  HeartbeatTimeout?: number;
  LifecycleHookName?: string;
  LifecycleTransition: string;
  NotificationMetadata?: string;
  NotificationTargetARN?: string;
  RoleARN?: string;
}
export interface AutoScalingScalingPolicy {
  AdjustmentType?: string;
  AutoScalingGroupName: string;
  Cooldown?: string;
  EstimatedInstanceWarmup?: number;
  MetricAggregationType?: string;
  MinAdjustmentMagnitude?: number;
  PolicyType?: string;
  PredictiveScalingConfiguration?: AutoScalingScalingPolicy_PredictiveScalingConfiguration;
  ScalingAdjustment?: number;
  StepAdjustments?: Array<AutoScalingScalingPolicy_StepAdjustment>;
  TargetTrackingConfiguration?: AutoScalingScalingPolicy_TargetTrackingConfiguration;
}
export interface AutoScalingScalingPolicy_CustomizedMetricSpecification {
  Dimensions?: Array<AutoScalingScalingPolicy_MetricDimension>;
  MetricName?: string;
  Metrics?: Array<AutoScalingScalingPolicy_TargetTrackingMetricDataQuery>;
  Namespace?: string;
  Period?: number;
  Statistic?: string;
  Unit?: string;
}
export interface AutoScalingScalingPolicy_Metric {
  Dimensions?: Array<AutoScalingScalingPolicy_MetricDimension>;
  MetricName: string;
  Namespace: string;
}
export interface AutoScalingScalingPolicy_MetricDataQuery {
  Expression?: string;
  Id: string;
  Label?: string;
  MetricStat?: AutoScalingScalingPolicy_MetricStat;
  ReturnData?: boolean;
}
export interface AutoScalingScalingPolicy_MetricDimension {
  Name: string;
  Value: string;
}
export interface AutoScalingScalingPolicy_MetricStat {
  Metric: AutoScalingScalingPolicy_Metric;
  Stat: string;
  Unit?: string;
}
export interface AutoScalingScalingPolicy_PredefinedMetricSpecification {
  PredefinedMetricType: string;
  ResourceLabel?: string;
}
export interface AutoScalingScalingPolicy_PredictiveScalingConfiguration {
  MaxCapacityBreachBehavior?: string;
  MaxCapacityBuffer?: number;
  MetricSpecifications: Array<AutoScalingScalingPolicy_PredictiveScalingMetricSpecification>;
  Mode?: string;
  SchedulingBufferTime?: number;
}
export interface AutoScalingScalingPolicy_PredictiveScalingCustomizedCapacityMetric {
  MetricDataQueries: Array<AutoScalingScalingPolicy_MetricDataQuery>;
}
export interface AutoScalingScalingPolicy_PredictiveScalingCustomizedLoadMetric {
  MetricDataQueries: Array<AutoScalingScalingPolicy_MetricDataQuery>;
}
export interface AutoScalingScalingPolicy_PredictiveScalingCustomizedScalingMetric {
  MetricDataQueries: Array<AutoScalingScalingPolicy_MetricDataQuery>;
}
export interface AutoScalingScalingPolicy_PredictiveScalingMetricSpecification {
  CustomizedCapacityMetricSpecification?: AutoScalingScalingPolicy_PredictiveScalingCustomizedCapacityMetric;
  CustomizedLoadMetricSpecification?: AutoScalingScalingPolicy_PredictiveScalingCustomizedLoadMetric;
  CustomizedScalingMetricSpecification?: AutoScalingScalingPolicy_PredictiveScalingCustomizedScalingMetric;
  PredefinedLoadMetricSpecification?: AutoScalingScalingPolicy_PredictiveScalingPredefinedLoadMetric;
  PredefinedMetricPairSpecification?: AutoScalingScalingPolicy_PredictiveScalingPredefinedMetricPair;
  PredefinedScalingMetricSpecification?: AutoScalingScalingPolicy_PredictiveScalingPredefinedScalingMetric;
  TargetValue: number;
}
export interface AutoScalingScalingPolicy_PredictiveScalingPredefinedLoadMetric {
  PredefinedMetricType: string;
  ResourceLabel?: string;
}
export interface AutoScalingScalingPolicy_PredictiveScalingPredefinedMetricPair {
  PredefinedMetricType: string;
  ResourceLabel?: string;
}
export interface AutoScalingScalingPolicy_PredictiveScalingPredefinedScalingMetric {
  PredefinedMetricType: string;
  ResourceLabel?: string;
}
export interface AutoScalingScalingPolicy_StepAdjustment {
  MetricIntervalLowerBound?: number;
  MetricIntervalUpperBound?: number;
  ScalingAdjustment: number;
}
export interface AutoScalingScalingPolicy_TargetTrackingConfiguration {
  CustomizedMetricSpecification?: AutoScalingScalingPolicy_CustomizedMetricSpecification;
  DisableScaleIn?: boolean;
  PredefinedMetricSpecification?: AutoScalingScalingPolicy_PredefinedMetricSpecification;
  TargetValue: number;
}
export interface AutoScalingScalingPolicy_TargetTrackingMetricDataQuery {
  Expression?: string;
  Id: string;
  Label?: string;
  MetricStat?: AutoScalingScalingPolicy_TargetTrackingMetricStat;
  Period?: number;
  ReturnData?: boolean;
}
export interface AutoScalingScalingPolicy_TargetTrackingMetricStat {
  Metric: AutoScalingScalingPolicy_Metric;
  Period?: number;
  Stat: string;
  Unit?: string;
}
export interface AutoScalingScheduledAction {
  AutoScalingGroupName: string;
  DesiredCapacity?: number;
  EndTime?: string;
  MaxSize?: number;
  MinSize?: number;
  Recurrence?: string;
  StartTime?: string;
  TimeZone?: string;
}
export interface AutoScalingWarmPool {
  AutoScalingGroupName: string;
  InstanceReusePolicy?: AutoScalingWarmPool_InstanceReusePolicy;
  MaxGroupPreparedCapacity?: number;
  MinSize?: number;
  PoolState?: string;
}
export interface AutoScalingWarmPool_InstanceReusePolicy {
  ReuseOnScaleIn?: boolean;
}
export interface CDKMetadata {
  Analytics?: string;
  Modules?: string;
}
export interface CloudFormationCustomResource {
  ServiceTimeout?: number;
  ServiceToken: string;
}
export interface CloudFormationWaitConditionHandle {
}
export interface CloudWatchAlarm {
  ActionsEnabled?: boolean;
  AlarmActions?: Array<string>;
  AlarmDescription?: string;
  AlarmName?: string;
  ComparisonOperator?: string;
  DatapointsToAlarm?: number;
  Dimensions?: Array<CloudWatchAlarm_Dimension>;
  EvaluateLowSampleCountPercentile?: string;
  EvaluationCriteria?: CloudWatchAlarm_EvaluationCriteria;
  EvaluationInterval?: number;
  EvaluationPeriods?: number;
  EvaluationWindow?: CloudWatchAlarm_EvaluationWindow;
  ExtendedStatistic?: string;
  InsufficientDataActions?: Array<string>;
  MetricName?: string;
  Metrics?: Array<CloudWatchAlarm_MetricDataQuery>;
  Namespace?: string;
  OKActions?: Array<string>;
  Period?: number;
  Statistic?: string;
  Tags?: Array<ResourceTag>;
  Threshold?: number;
  ThresholdMetricId?: string;
  TreatMissingData?: string;
  Unit?: string;
  WarmUpConfiguration?: CloudWatchAlarm_WarmUpConfiguration;
}
export interface CloudWatchAlarm_AlarmPromQLCriteria {
  PendingPeriod?: number;
  Query?: string;
  RecoveryPeriod?: number;
}
export interface CloudWatchAlarm_Dimension {
  Name: string;
  Value: string;
}
export interface CloudWatchAlarm_EvaluationCriteria {
  PromQLCriteria?: CloudWatchAlarm_AlarmPromQLCriteria;
}
export interface CloudWatchAlarm_EvaluationWindow {
  SlidingWindow?: Json;
  WallClockWindow?: CloudWatchAlarm_WallClockWindow;
}
export interface CloudWatchAlarm_Metric {
  Dimensions?: Array<CloudWatchAlarm_Dimension>;
  MetricName?: string;
  Namespace?: string;
}
export interface CloudWatchAlarm_MetricDataQuery {
  AccountId?: string;
  Expression?: string;
  Id: string;
  Label?: string;
  MetricStat?: CloudWatchAlarm_MetricStat;
  Period?: number;
  ReturnData?: boolean;
}
export interface CloudWatchAlarm_MetricStat {
  Metric: CloudWatchAlarm_Metric;
  Period: number;
  Stat: string;
  Unit?: string;
}
export interface CloudWatchAlarm_WallClockWindow {
  Timezone?: string;
}
export interface CloudWatchAlarm_WarmUpConfiguration {
  OnlyStartEvaluatingAfterWarmUpPeriodEnds?: boolean;
  WarmUpPeriodDurationInMinutes?: number;
}
export interface CloudWatchDashboard {
  DashboardBody: string;
  DashboardName?: string;
  Tags?: Array<ResourceTag>;
}
export interface DynamoDBTable {
  AttributeDefinitions?: Array<DynamoDBTable_AttributeDefinition>;
  BillingMode?: string;
  ContributorInsightsSpecification?: DynamoDBTable_ContributorInsightsSpecification;
  DeletionProtectionEnabled?: boolean;
  GlobalSecondaryIndexes?: Array<DynamoDBTable_GlobalSecondaryIndex>;
  ImportSourceSpecification?: DynamoDBTable_ImportSourceSpecification;
  KeySchema: Array<DynamoDBTable_KeySchema> | Json;
  KinesisStreamSpecification?: DynamoDBTable_KinesisStreamSpecification;
  LocalSecondaryIndexes?: Array<DynamoDBTable_LocalSecondaryIndex>;
  OnDemandThroughput?: DynamoDBTable_OnDemandThroughput;
  PointInTimeRecoverySpecification?: DynamoDBTable_PointInTimeRecoverySpecification;
  ProvisionedThroughput?: DynamoDBTable_ProvisionedThroughput;
  ResourcePolicy?: DynamoDBTable_ResourcePolicy;
  SSESpecification?: DynamoDBTable_SSESpecification;
  StreamSpecification?: DynamoDBTable_StreamSpecification;
  TableClass?: string;
  TableName?: string;
  Tags?: Array<ResourceTag>;
  TimeToLiveSpecification?: DynamoDBTable_TimeToLiveSpecification;
  VectorIndexes?: Array<DynamoDBTable_VectorIndex>;
  WarmThroughput?: DynamoDBTable_WarmThroughput;
}
export interface DynamoDBTable_AttributeDefinition {
  AttributeName: string;
  AttributeType: string;
}
export interface DynamoDBTable_ContributorInsightsSpecification {
  Enabled: boolean;
  Mode?: "ACCESSED_AND_THROTTLED_KEYS" | "THROTTLED_KEYS";
}
export interface DynamoDBTable_Csv {
  Delimiter?: string;
  HeaderList?: Array<string>;
}
export interface DynamoDBTable_GlobalSecondaryIndex {
  ContributorInsightsSpecification?: DynamoDBTable_ContributorInsightsSpecification;
  IndexName: string;
  KeySchema: Array<DynamoDBTable_KeySchema>;
  OnDemandThroughput?: DynamoDBTable_OnDemandThroughput;
  Projection: DynamoDBTable_Projection;
  ProvisionedThroughput?: DynamoDBTable_ProvisionedThroughput;
  WarmThroughput?: DynamoDBTable_WarmThroughput;
}
export interface DynamoDBTable_ImportSourceSpecification {
  InputCompressionType?: string;
  InputFormat: string;
  InputFormatOptions?: DynamoDBTable_InputFormatOptions;
  S3BucketSource: DynamoDBTable_S3BucketSource;
}
export interface DynamoDBTable_InputFormatOptions {
  Csv?: DynamoDBTable_Csv;
}
export interface DynamoDBTable_KeySchema {
  AttributeName: string;
  KeyType: string;
}
export interface DynamoDBTable_KinesisStreamSpecification {
  ApproximateCreationDateTimePrecision?: "MICROSECOND" | "MILLISECOND";
  StreamArn: string;
}
export interface DynamoDBTable_LocalSecondaryIndex {
  IndexName: string;
  KeySchema: Array<DynamoDBTable_KeySchema>;
  Projection: DynamoDBTable_Projection;
}
export interface DynamoDBTable_OnDemandThroughput {
  MaxReadRequestUnits?: number;
  MaxWriteRequestUnits?: number;
}
export interface DynamoDBTable_PointInTimeRecoverySpecification {
  PointInTimeRecoveryEnabled?: boolean;
  RecoveryPeriodInDays?: number;
}
export interface DynamoDBTable_Projection {
  NonKeyAttributes?: Array<string>;
  ProjectionType?: string;
}
export interface DynamoDBTable_ProvisionedThroughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
}
export interface DynamoDBTable_ResourcePolicy {
  PolicyDocument: Json;
}
export interface DynamoDBTable_S3BucketSource {
  S3Bucket: string;
  S3BucketOwner?: string;
  S3KeyPrefix?: string;
}
export interface DynamoDBTable_SSESpecification {
  KMSMasterKeyId?: string;
  SSEEnabled: boolean;
  SSEType?: string;
}
export interface DynamoDBTable_SearchSchemaElement {
  AttributeName: string;
  SearchSchemaElementType: "HASH" | "INLINE_FILTER";
}
export interface DynamoDBTable_StreamSpecification {
  ResourcePolicy?: DynamoDBTable_ResourcePolicy;
  StreamViewType: string;
  Tags?: Array<ResourceTag>;
}
export interface DynamoDBTable_TimeToLiveSpecification {
  AttributeName?: string;
  Enabled: boolean;
}
export interface DynamoDBTable_VectorAttribute {
  AttributeName: string;
}
export interface DynamoDBTable_VectorIndex {
  Dimensions: number;
  DistanceFunction: "COSINE" | "DOT_PRODUCT" | "EUCLIDEAN";
  IndexName: string;
  Projection: DynamoDBTable_Projection;
  SearchSchema?: Array<DynamoDBTable_SearchSchemaElement>;
  VectorAttribute: DynamoDBTable_VectorAttribute;
}
export interface DynamoDBTable_WarmThroughput {
  ReadUnitsPerSecond?: number;
  WriteUnitsPerSecond?: number;
}
export interface EC2EIP {
  Address?: string;
  Domain?: string;
  InstanceId?: string;
  IpamPoolId?: string;
  NetworkBorderGroup?: string;
  PublicIpv4Pool?: string;
  Tags?: Array<ResourceTag>;
  TransferAddress?: string;
}
export interface EC2Instance {
  AdditionalInfo?: string;
  Affinity?: "default" | "host";
  AvailabilityZone?: string;
  BlockDeviceMappings?: Array<EC2Instance_BlockDeviceMapping>;
  CpuOptions?: EC2Instance_CpuOptions;
  CreditSpecification?: EC2Instance_CreditSpecification;
  DisableApiTermination?: boolean;
  EbsOptimized?: boolean;
  ElasticGpuSpecifications?: Array<EC2Instance_ElasticGpuSpecification>;
  ElasticInferenceAccelerators?: Array<EC2Instance_ElasticInferenceAccelerator>;
  EnclaveOptions?: EC2Instance_EnclaveOptions;
  HibernationOptions?: EC2Instance_HibernationOptions;
  HostId?: string;
  HostResourceGroupArn?: string;
  IamInstanceProfile?: string;
  ImageId?: string;
  InstanceInitiatedShutdownBehavior?: string;
  InstanceType?: string;
  Ipv6AddressCount?: number;
  Ipv6Addresses?: Array<EC2Instance_InstanceIpv6Address>;
  KernelId?: string;
  KeyName?: string;
  LaunchTemplate?: EC2Instance_LaunchTemplateSpecification;
  LicenseSpecifications?: Array<EC2Instance_LicenseSpecification>;
  MetadataOptions?: EC2Instance_MetadataOptions;
  Monitoring?: boolean;
  NetworkInterfaces?: Array<EC2Instance_NetworkInterface>;
  PlacementGroupName?: string;
  PrivateDnsNameOptions?: EC2Instance_PrivateDnsNameOptions;
  PrivateIpAddress?: string;
  PropagateTagsToVolumeOnCreation?: boolean;
  RamdiskId?: string;
  SecurityGroupIds?: Array<string>;
  SecurityGroups?: Array<string>;
  SourceDestCheck?: boolean;
  SsmAssociations?: Array<EC2Instance_SsmAssociation>;
  SubnetId?: string;
  Tags?: Array<ResourceTag>;
  Tenancy?: string;
  UserData?: string;
  Volumes?: Array<EC2Instance_Volume>;
}
export interface EC2Instance_AssociationParameter {
  Key: string;
  Value: Array<string>;
}
export interface EC2Instance_BlockDeviceMapping {
  DeviceName: string;
  Ebs?: EC2Instance_Ebs;
  NoDevice?: Json;
  VirtualName?: string;
}
export interface EC2Instance_CpuOptions {
  CoreCount?: number;
  ThreadsPerCore?: number;
}
export interface EC2Instance_CreditSpecification {
  CPUCredits?: string;
}
export interface EC2Instance_Ebs {
  DeleteOnTermination?: boolean;
  Encrypted?: boolean;
  Iops?: number;
  KmsKeyId?: string;
  SnapshotId?: string;
  VolumeSize?: number;
  VolumeType?: string;
}
export interface EC2Instance_ElasticGpuSpecification {
  Type: string;
}
export interface EC2Instance_ElasticInferenceAccelerator {
  Count?: number;
  Type: string;
}
export interface EC2Instance_EnaSrdSpecification {
  EnaSrdEnabled?: boolean;
  EnaSrdUdpSpecification?: EC2Instance_EnaSrdUdpSpecification;
}
export interface EC2Instance_EnaSrdUdpSpecification {
  EnaSrdUdpEnabled?: boolean;
}
export interface EC2Instance_EnclaveOptions {
  Enabled?: boolean;
}
export interface EC2Instance_HibernationOptions {
  Configured?: boolean;
}
export interface EC2Instance_InstanceIpv6Address {
  Ipv6Address: string;
}
export interface EC2Instance_LaunchTemplateSpecification {
  LaunchTemplateId?: string;
  LaunchTemplateName?: string;
  Version: string;
}
export interface EC2Instance_LicenseSpecification {
  LicenseConfigurationArn: string;
}
export interface EC2Instance_MetadataOptions {
  HttpEndpoint?: "disabled" | "enabled";
  HttpProtocolIpv6?: "disabled" | "enabled";
  HttpPutResponseHopLimit?: number;
  HttpTokens?: "optional" | "required";
  InstanceMetadataTags?: "disabled" | "enabled";
}
export interface EC2Instance_NetworkInterface {
  AssociateCarrierIpAddress?: boolean;
  AssociatePublicIpAddress?: boolean;
  DeleteOnTermination?: boolean;
  Description?: string;
  DeviceIndex: string;
  EnaSrdSpecification?: EC2Instance_EnaSrdSpecification;
  GroupSet?: Array<string>;
  Ipv6AddressCount?: number;
  Ipv6Addresses?: Array<EC2Instance_InstanceIpv6Address>;
  NetworkInterfaceId?: string;
  PrivateIpAddress?: string;
  PrivateIpAddresses?: Array<EC2Instance_PrivateIpAddressSpecification>;
  SecondaryPrivateIpAddressCount?: number;
  SubnetId?: string;
}
export interface EC2Instance_PrivateDnsNameOptions {
  EnableResourceNameDnsAAAARecord?: boolean;
  EnableResourceNameDnsARecord?: boolean;
  HostnameType?: "ip-name" | "resource-name";
}
export interface EC2Instance_PrivateIpAddressSpecification {
  Primary: boolean;
  PrivateIpAddress: string;
}
export interface EC2Instance_SsmAssociation {
  AssociationParameters?: Array<EC2Instance_AssociationParameter>;
  DocumentName: string;
}
export interface EC2Instance_State {
  Code?: string;
  Name?: string;
}
export interface EC2Instance_Volume {
  Device: string;
  VolumeId: string;
}
export interface EC2InternetGateway {
  Tags?: Array<ResourceTag>;
}
export interface EC2KeyPair {
  KeyFormat?: "pem" | "ppk";
  KeyName: string;
  KeyType?: "rsa" | "ed25519";
  PublicKeyMaterial?: string;
  Tags?: Array<ResourceTag>;
}
export interface EC2LaunchTemplate {
  LaunchTemplateData: EC2LaunchTemplate_LaunchTemplateData;
  LaunchTemplateName?: string;
  TagSpecifications?: Array<EC2LaunchTemplate_LaunchTemplateTagSpecification>;
  VersionDescription?: string;
}
export interface EC2LaunchTemplate_AcceleratorCount {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_AcceleratorTotalMemoryMiB {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_BaselineEbsBandwidthMbps {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_BaselinePerformanceFactors {
  Cpu?: EC2LaunchTemplate_Cpu;
}
export interface EC2LaunchTemplate_BlockDeviceMapping {
  DeviceName?: string;
  Ebs?: EC2LaunchTemplate_Ebs;
  NoDevice?: string;
  VirtualName?: string;
}
export interface EC2LaunchTemplate_CapacityReservationSpecification {
  CapacityReservationPreference?: string;
  CapacityReservationTarget?: EC2LaunchTemplate_CapacityReservationTarget;
}
export interface EC2LaunchTemplate_CapacityReservationTarget {
  CapacityReservationId?: string;
  CapacityReservationResourceGroupArn?: string;
}
export interface EC2LaunchTemplate_ConnectionTrackingSpecification {
  TcpEstablishedTimeout?: number;
  UdpStreamTimeout?: number;
  UdpTimeout?: number;
}
export interface EC2LaunchTemplate_Cpu {
  References?: Array<EC2LaunchTemplate_Reference>;
}
export interface EC2LaunchTemplate_CpuOptions {
  AmdSevSnp?: "enabled" | "disabled";
  CoreCount?: number;
  NestedVirtualization?: "enabled" | "disabled";
  ThreadsPerCore?: number;
}
export interface EC2LaunchTemplate_CreditSpecification {
  CpuCredits?: string;
}
export interface EC2LaunchTemplate_Ebs {
  DeleteOnTermination?: boolean;
  EbsCardIndex?: number;
  Encrypted?: boolean;
  Iops?: number;
  KmsKeyId?: string;
  SnapshotId?: string;
  Throughput?: number;
  VolumeInitializationRate?: number;
  VolumeSize?: number;
  VolumeType?: string;
}
export interface EC2LaunchTemplate_ElasticGpuSpecification {
  Type?: string;
}
export interface EC2LaunchTemplate_EnaSrdSpecification {
  EnaSrdEnabled?: boolean;
  EnaSrdUdpSpecification?: EC2LaunchTemplate_EnaSrdUdpSpecification;
}
export interface EC2LaunchTemplate_EnaSrdUdpSpecification {
  EnaSrdUdpEnabled?: boolean;
}
export interface EC2LaunchTemplate_EnclaveOptions {
  Enabled?: boolean;
}
export interface EC2LaunchTemplate_HibernationOptions {
  Configured?: boolean;
}
export interface EC2LaunchTemplate_IamInstanceProfile {
  Arn?: string;
  Name?: string;
}
export interface EC2LaunchTemplate_InstanceMarketOptions {
  MarketType?: string;
  SpotOptions?: EC2LaunchTemplate_SpotOptions;
}
export interface EC2LaunchTemplate_InstanceRequirements {
  AcceleratorCount?: EC2LaunchTemplate_AcceleratorCount;
  AcceleratorManufacturers?: Array<string>;
  AcceleratorNames?: Array<string>;
  AcceleratorTotalMemoryMiB?: EC2LaunchTemplate_AcceleratorTotalMemoryMiB;
  AcceleratorTypes?: Array<string>;
  AllowedInstanceTypes?: Array<string>;
  BareMetal?: string;
  BaselineEbsBandwidthMbps?: EC2LaunchTemplate_BaselineEbsBandwidthMbps;
  BaselinePerformanceFactors?: EC2LaunchTemplate_BaselinePerformanceFactors;
  BurstablePerformance?: string;
  CpuManufacturers?: Array<string>;
  ExcludedInstanceTypes?: Array<string>;
  InstanceGenerations?: Array<string>;
  LocalStorage?: string;
  LocalStorageTypes?: Array<string>;
  MaxSpotPriceAsPercentageOfOptimalOnDemandPrice?: number;
  MemoryGiBPerVCpu?: EC2LaunchTemplate_MemoryGiBPerVCpu;
  MemoryMiB?: EC2LaunchTemplate_MemoryMiB;
  NetworkBandwidthGbps?: EC2LaunchTemplate_NetworkBandwidthGbps;
  NetworkInterfaceCount?: EC2LaunchTemplate_NetworkInterfaceCount;
  OnDemandMaxPricePercentageOverLowestPrice?: number;
  RequireHibernateSupport?: boolean;
  SpotMaxPricePercentageOverLowestPrice?: number;
  TotalLocalStorageGB?: EC2LaunchTemplate_TotalLocalStorageGB;
  VCpuCount?: EC2LaunchTemplate_VCpuCount;
}
export interface EC2LaunchTemplate_Ipv4PrefixSpecification {
  Ipv4Prefix?: string;
}
export interface EC2LaunchTemplate_Ipv6Add {
  Ipv6Address?: string;
}
export interface EC2LaunchTemplate_Ipv6PrefixSpecification {
  Ipv6Prefix?: string;
}
export interface EC2LaunchTemplate_LaunchTemplateData {
  BlockDeviceMappings?: Array<EC2LaunchTemplate_BlockDeviceMapping>;
  CapacityReservationSpecification?: EC2LaunchTemplate_CapacityReservationSpecification;
  CpuOptions?: EC2LaunchTemplate_CpuOptions;
  CreditSpecification?: EC2LaunchTemplate_CreditSpecification;
  DisableApiStop?: boolean;
  DisableApiTermination?: boolean;
  EbsOptimized?: boolean;
  ElasticGpuSpecifications?: Array<EC2LaunchTemplate_ElasticGpuSpecification>;
  ElasticInferenceAccelerators?: Array<EC2LaunchTemplate_LaunchTemplateElasticInferenceAccelerator>;
  EnclaveOptions?: EC2LaunchTemplate_EnclaveOptions;
  HibernationOptions?: EC2LaunchTemplate_HibernationOptions;
  IamInstanceProfile?: EC2LaunchTemplate_IamInstanceProfile;
  ImageId?: string;
  InstanceInitiatedShutdownBehavior?: string;
  InstanceMarketOptions?: EC2LaunchTemplate_InstanceMarketOptions;
  InstanceRequirements?: EC2LaunchTemplate_InstanceRequirements;
  InstanceType?: string;
  KernelId?: string;
  KeyName?: string;
  LicenseSpecifications?: Array<EC2LaunchTemplate_LicenseSpecification>;
  MaintenanceOptions?: EC2LaunchTemplate_MaintenanceOptions;
  MetadataOptions?: EC2LaunchTemplate_MetadataOptions;
  Monitoring?: EC2LaunchTemplate_Monitoring;
  NetworkInterfaces?: Array<EC2LaunchTemplate_NetworkInterface>;
  NetworkPerformanceOptions?: EC2LaunchTemplate_NetworkPerformanceOptions;
  Placement?: EC2LaunchTemplate_Placement;
  PrivateDnsNameOptions?: EC2LaunchTemplate_PrivateDnsNameOptions;
  RamDiskId?: string;
  SecurityGroupIds?: Array<string>;
  SecurityGroups?: Array<string>;
  TagSpecifications?: Array<EC2LaunchTemplate_TagSpecification>;
  UserData?: string;
}
export interface EC2LaunchTemplate_LaunchTemplateElasticInferenceAccelerator {
  Count?: number;
  Type?: string;
}
export interface EC2LaunchTemplate_LaunchTemplateTagSpecification {
  ResourceType?: string;
  Tags?: Array<ResourceTag>;
}
export interface EC2LaunchTemplate_LicenseSpecification {
  LicenseConfigurationArn?: string;
}
export interface EC2LaunchTemplate_MaintenanceOptions {
  AutoRecovery?: string;
}
export interface EC2LaunchTemplate_MemoryGiBPerVCpu {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_MemoryMiB {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_MetadataOptions {
  HttpEndpoint?: string;
  HttpProtocolIpv6?: string;
  HttpPutResponseHopLimit?: number;
  HttpTokens?: string;
  InstanceMetadataTags?: string;
}
export interface EC2LaunchTemplate_Monitoring {
  Enabled?: boolean;
}
export interface EC2LaunchTemplate_NetworkBandwidthGbps {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_NetworkInterface {
  AssociateCarrierIpAddress?: boolean;
  AssociatePublicIpAddress?: boolean;
  ConnectionTrackingSpecification?: EC2LaunchTemplate_ConnectionTrackingSpecification;
  DeleteOnTermination?: boolean;
  Description?: string;
  DeviceIndex?: number;
  EnaQueueCount?: number;
  EnaSrdSpecification?: EC2LaunchTemplate_EnaSrdSpecification;
  Groups?: Array<string>;
  InterfaceType?: string;
  Ipv4PrefixCount?: number;
  Ipv4Prefixes?: Array<EC2LaunchTemplate_Ipv4PrefixSpecification>;
  Ipv6AddressCount?: number;
  Ipv6Addresses?: Array<EC2LaunchTemplate_Ipv6Add>;
  Ipv6PrefixCount?: number;
  Ipv6Prefixes?: Array<EC2LaunchTemplate_Ipv6PrefixSpecification>;
  NetworkCardIndex?: number;
  NetworkInterfaceId?: string;
  PrimaryIpv6?: boolean;
  PrivateIpAddress?: string;
  PrivateIpAddresses?: Array<EC2LaunchTemplate_PrivateIpAdd>;
  SecondaryPrivateIpAddressCount?: number;
  SubnetId?: string;
}
export interface EC2LaunchTemplate_NetworkInterfaceCount {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_NetworkPerformanceOptions {
  BandwidthWeighting?: string;
}
export interface EC2LaunchTemplate_Placement {
  Affinity?: string;
  AvailabilityZone?: string;
  GroupId?: string;
  GroupName?: string;
  HostId?: string;
  HostResourceGroupArn?: string;
  PartitionNumber?: number;
  SpreadDomain?: string;
  Tenancy?: string;
}
export interface EC2LaunchTemplate_PrivateDnsNameOptions {
  EnableResourceNameDnsAAAARecord?: boolean;
  EnableResourceNameDnsARecord?: boolean;
  HostnameType?: string;
}
export interface EC2LaunchTemplate_PrivateIpAdd {
  Primary?: boolean;
  PrivateIpAddress?: string;
}
export interface EC2LaunchTemplate_Reference {
  InstanceFamily?: string;
}
export interface EC2LaunchTemplate_SpotOptions {
  BlockDurationMinutes?: number;
  InstanceInterruptionBehavior?: string;
  MaxPrice?: string;
  SpotInstanceType?: string;
  ValidUntil?: string;
}
export interface EC2LaunchTemplate_TagSpecification {
  ResourceType?: string;
  Tags?: Array<ResourceTag>;
}
export interface EC2LaunchTemplate_TotalLocalStorageGB {
  Max?: number;
  Min?: number;
}
export interface EC2LaunchTemplate_VCpuCount {
  Max?: number;
  Min?: number;
}
export interface EC2NatGateway {
  AllocationId?: string;
  AvailabilityMode?: string;
  AvailabilityZoneAddresses?: Array<EC2NatGateway_AvailabilityZoneAddress>;
  ConnectivityType?: string;
  MaxDrainDurationSeconds?: number;
  PrivateIpAddress?: string;
  SecondaryAllocationIds?: Array<string>;
  SecondaryPrivateIpAddressCount?: number;
  SecondaryPrivateIpAddresses?: Array<string>;
  SubnetId?: string;
  Tags?: Array<ResourceTag>;
  VpcId?: string;
}
export interface EC2NatGateway_AvailabilityZoneAddress {
  AllocationIds: Array<string>;
  AvailabilityZone?: string;
  AvailabilityZoneId?: string;
}
export interface EC2Route {
  CarrierGatewayId?: string;
  CoreNetworkArn?: string;
  DestinationCidrBlock?: string;
  DestinationIpv6CidrBlock?: string;
  DestinationPrefixListId?: string;
  EgressOnlyInternetGatewayId?: string;
  GatewayId?: string;
  InstanceId?: string;
  LocalGatewayId?: string;
  NatGatewayId?: string;
  NetworkInterfaceId?: string;
  OdbNetworkArn?: string;
  RouteTableId: string;
  TransitGatewayId?: string;
  VpcEndpointId?: string;
  VpcPeeringConnectionId?: string;
}
export interface EC2RouteTable {
  Tags?: Array<ResourceTag>;
  VpcId: string;
}
export interface EC2SecurityGroup {
  GroupDescription: string;
  GroupName?: string;
  SecurityGroupEgress?: Array<EC2SecurityGroup_Egress>;
  SecurityGroupIngress?: Array<EC2SecurityGroup_Ingress>;
  Tags?: Array<ResourceTag>;
  VpcId?: string;
}
export interface EC2SecurityGroup_Egress {
  CidrIp?: string;
  CidrIpv6?: string;
  Description?: string;
  DestinationPrefixListId?: string;
  DestinationSecurityGroupId?: string;
  FromPort?: number;
  IpProtocol: string;
  ToPort?: number;
}
export interface EC2SecurityGroup_Ingress {
  CidrIp?: string;
  CidrIpv6?: string;
  Description?: string;
  FromPort?: number;
  IpProtocol: string;
  SourcePrefixListId?: string;
  SourceSecurityGroupId?: string;
  SourceSecurityGroupName?: string;
  SourceSecurityGroupOwnerId?: string;
  ToPort?: number;
}
export interface EC2SecurityGroupEgress {
  CidrIp?: string;
  CidrIpv6?: string;
  Description?: string;
  DestinationPrefixListId?: string;
  DestinationSecurityGroupId?: string;
  FromPort?: number;
  GroupId: string;
  IpProtocol: string;
  ToPort?: number;
}
export interface EC2SecurityGroupIngress {
  CidrIp?: string;
  CidrIpv6?: string;
  Description?: string;
  FromPort?: number;
  GroupId?: string;
  GroupName?: string;
  IpProtocol: string;
  SourcePrefixListId?: string;
  SourceSecurityGroupId?: string;
  SourceSecurityGroupName?: string;
  SourceSecurityGroupOwnerId?: string;
  ToPort?: number;
}
export interface EC2Subnet {
  AssignIpv6AddressOnCreation?: boolean;
  AvailabilityZone?: string;
  AvailabilityZoneId?: string;
  CidrBlock?: string;
  EnableDns64?: boolean;
  EnableLniAtDeviceIndex?: number;
  Ipv4IpamPoolId?: string;
  Ipv4NetmaskLength?: number;
  Ipv6CidrBlock?: string;
  Ipv6IpamPoolId?: string;
  Ipv6Native?: boolean;
  Ipv6NetmaskLength?: number;
  MapPublicIpOnLaunch?: boolean;
  OutpostArn?: string;
  PrivateDnsNameOptionsOnLaunch?: EC2Subnet_PrivateDnsNameOptionsOnLaunch;
  Tags?: Array<ResourceTag>;
  VpcId: string;
}
export interface EC2Subnet_BlockPublicAccessStates {
  InternetGatewayBlockMode?: string;
}
export interface EC2Subnet_PrivateDnsNameOptionsOnLaunch {
  EnableResourceNameDnsAAAARecord?: boolean;
  EnableResourceNameDnsARecord?: boolean;
  HostnameType?: string;
}
export interface EC2SubnetRouteTableAssociation {
  RouteTableId: string;
  SubnetId: string;
}
export interface EC2VPC {
  CidrBlock?: string;
  EnableDnsHostnames?: boolean;
  EnableDnsSupport?: boolean;
  InstanceTenancy?: string;
  Ipv4IpamPoolId?: string;
  Ipv4NetmaskLength?: number;
  Tags?: Array<ResourceTag>;
  VpcEncryptionControl?: EC2VPC_VpcEncryptionControl;
}
export interface EC2VPC_VpcEncryptionControl {
  EgressOnlyInternetGatewayExclusion?: "enable" | "disable";
  ElasticFileSystemExclusion?: "enable" | "disable";
  InternetGatewayExclusion?: "enable" | "disable";
  LambdaExclusion?: "enable" | "disable";
  Mode?: "monitor" | "enforce";
  NatGatewayExclusion?: "enable" | "disable";
  ResourceExclusions?: EC2VPC_VpcEncryptionControlExclusions;
  State?: string;
  StateMessage?: string;
  VirtualPrivateGatewayExclusion?: "enable" | "disable";
  VpcEncryptionControlId?: string;
  VpcId?: string;
  VpcLatticeExclusion?: "enable" | "disable";
  VpcPeeringExclusion?: "enable" | "disable";
}
export interface EC2VPC_VpcEncryptionControlExclusion {
  State?: string;
  StateMessage?: string;
}
export interface EC2VPC_VpcEncryptionControlExclusions {
  EgressOnlyInternetGateway?: EC2VPC_VpcEncryptionControlExclusion;
  ElasticFileSystem?: EC2VPC_VpcEncryptionControlExclusion;
  InternetGateway?: EC2VPC_VpcEncryptionControlExclusion;
  Lambda?: EC2VPC_VpcEncryptionControlExclusion;
  NatGateway?: EC2VPC_VpcEncryptionControlExclusion;
  VirtualPrivateGateway?: EC2VPC_VpcEncryptionControlExclusion;
  VpcLattice?: EC2VPC_VpcEncryptionControlExclusion;
  VpcPeering?: EC2VPC_VpcEncryptionControlExclusion;
}
export interface EC2VPCEndpoint {
  DnsOptions?: EC2VPCEndpoint_DnsOptionsSpecification;
  IpAddressType?: "ipv4" | "ipv6" | "dualstack" | "not-specified";
  PolicyDocument?: string | Json;
  PrivateDnsEnabled?: boolean;
  ResourceConfigurationArn?: string;
  RouteTableIds?: Array<string>;
  SecurityGroupIds?: Array<string>;
  ServiceName?: string;
  ServiceNetworkArn?: string;
  ServiceRegion?: string;
  SubnetIds?: Array<string>;
  Tags?: Array<ResourceTag>;
  VpcEndpointType?: "Interface" | "Gateway" | "GatewayLoadBalancer" | "ServiceNetwork" | "Resource" | "Tunnel";
  VpcId: string;
}
export interface EC2VPCEndpoint_DnsOptionsSpecification {
  DnsRecordIpType?: "ipv4" | "ipv6" | "dualstack" | "service-defined" | "not-specified";
  PrivateDnsOnlyForInboundResolverEndpoint?: "OnlyInboundResolver" | "AllResolvers" | "NotSpecified";
  PrivateDnsPreference?: "VERIFIED_DOMAINS_ONLY" | "ALL_DOMAINS" | "VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS" | "SPECIFIED_DOMAINS_ONLY";
  PrivateDnsSpecifiedDomains?: Array<string>;
}
export interface EC2VPCGatewayAttachment {
  InternetGatewayId?: string;
  VpcId: string;
  VpnGatewayId?: string;
}
export interface EC2Volume {
  AutoEnableIO?: boolean;
  AvailabilityZone?: string;
  AvailabilityZoneId?: string;
  Encrypted?: boolean;
  Iops?: number;
  KmsKeyId?: string;
  MultiAttachEnabled?: boolean;
  OutpostArn?: string;
  Size?: number;
  SnapshotId?: string;
  SourceVolumeId?: string;
  Tags?: Array<ResourceTag>;
  Throughput?: number;
  VolumeInitializationRate?: number;
  VolumeType?: string;
}
export interface ECRRepository {
  EmptyOnDelete?: boolean;
  EncryptionConfiguration?: ECRRepository_EncryptionConfiguration;
  ImageScanningConfiguration?: ECRRepository_ImageScanningConfiguration;
  ImageTagMutability?: "MUTABLE" | "IMMUTABLE" | "MUTABLE_WITH_EXCLUSION" | "IMMUTABLE_WITH_EXCLUSION";
  ImageTagMutabilityExclusionFilters?: Array<ECRRepository_ImageTagMutabilityExclusionFilter>;
  LifecyclePolicy?: ECRRepository_LifecyclePolicy;
  RepositoryName?: string;
  RepositoryPolicyText?: Json | string;
  Tags?: Array<ResourceTag>;
}
export interface ECRRepository_EncryptionConfiguration {
  EncryptionType: "AES256" | "KMS" | "KMS_DSSE";
  KmsKey?: string;
}
export interface ECRRepository_ImageScanningConfiguration {
  ScanOnPush?: boolean;
}
export interface ECRRepository_ImageTagMutabilityExclusionFilter {
  ImageTagMutabilityExclusionFilterType: "WILDCARD";
  ImageTagMutabilityExclusionFilterValue: string;
}
export interface ECRRepository_LifecyclePolicy {
  LifecyclePolicyText?: string;
  RegistryId?: string;
}
export interface ElasticLoadBalancingLoadBalancer {
  AccessLoggingPolicy?: ElasticLoadBalancingLoadBalancer_AccessLoggingPolicy;
  AppCookieStickinessPolicy?: Array<ElasticLoadBalancingLoadBalancer_AppCookieStickinessPolicy>;
  AvailabilityZones?: Array<string>;
  ConnectionDrainingPolicy?: ElasticLoadBalancingLoadBalancer_ConnectionDrainingPolicy;
  ConnectionSettings?: ElasticLoadBalancingLoadBalancer_ConnectionSettings;
  CrossZone?: boolean;
  HealthCheck?: ElasticLoadBalancingLoadBalancer_HealthCheck;
  Instances?: Array<string>;
  LBCookieStickinessPolicy?: Array<ElasticLoadBalancingLoadBalancer_LBCookieStickinessPolicy>;
  Listeners: Array<ElasticLoadBalancingLoadBalancer_Listeners>;
  LoadBalancerName?: string;
  Policies?: Array<ElasticLoadBalancingLoadBalancer_Policies>;
  Scheme?: string;
  SecurityGroups?: Array<string>;
  Subnets?: Array<string>;
  Tags?: Array<ResourceTag>;
}
export interface ElasticLoadBalancingLoadBalancer_AccessLoggingPolicy {
  EmitInterval?: number;
  Enabled: boolean;
  S3BucketName: string;
  S3BucketPrefix?: string;
}
export interface ElasticLoadBalancingLoadBalancer_AppCookieStickinessPolicy {
  CookieName: string;
  PolicyName: string;
}
export interface ElasticLoadBalancingLoadBalancer_ConnectionDrainingPolicy {
  Enabled: boolean;
  Timeout?: number;
}
export interface ElasticLoadBalancingLoadBalancer_ConnectionSettings {
  IdleTimeout: number;
}
export interface ElasticLoadBalancingLoadBalancer_HealthCheck {
  HealthyThreshold: string;
  Interval: string;
  Target: string;
  Timeout: string;
  UnhealthyThreshold: string;
}
export interface ElasticLoadBalancingLoadBalancer_LBCookieStickinessPolicy {
  CookieExpirationPeriod?: string;
  PolicyName?: string;
}
export interface ElasticLoadBalancingLoadBalancer_Listeners {
  InstancePort: string;
  InstanceProtocol?: string;
  LoadBalancerPort: string;
  PolicyNames?: Array<string>;
  Protocol: string;
  SSLCertificateId?: string;
}
export interface ElasticLoadBalancingLoadBalancer_Policies {
  Attributes: Array<ElasticLoadBalancingLoadBalancer_PolicyItem>;
  InstancePorts?: Array<string>;
  LoadBalancerPorts?: Array<string>;
  PolicyName: string;
  PolicyType: string;
}
export interface ElasticLoadBalancingLoadBalancer_PolicyItem {
  Name?: string;
  Value?: string;
}
export interface ElasticLoadBalancingLoadBalancer_SourceSecurityGroup {
  GroupName?: string;
  OwnerAlias?: string;
}
export interface ElasticLoadBalancingV2Listener {
  AlpnPolicy?: Array<string>;
  Certificates?: Array<ElasticLoadBalancingV2Listener_Certificate>;
  DefaultActions: Array<ElasticLoadBalancingV2Listener_Action>;
  ListenerAttributes?: Array<ElasticLoadBalancingV2Listener_ListenerAttribute>;
  LoadBalancerArn: string;
  MutualAuthentication?: ElasticLoadBalancingV2Listener_MutualAuthentication;
  Port?: number;
  Protocol?: string;
  SslPolicy?: string;
  Tags?: Array<ResourceTag>;
}
export interface ElasticLoadBalancingV2Listener_Action {
  AuthenticateCognitoConfig?: ElasticLoadBalancingV2Listener_AuthenticateCognitoConfig;
  AuthenticateOidcConfig?: ElasticLoadBalancingV2Listener_AuthenticateOidcConfig;
  FixedResponseConfig?: ElasticLoadBalancingV2Listener_FixedResponseConfig;
  ForwardConfig?: ElasticLoadBalancingV2Listener_ForwardConfig;
  JwtValidationConfig?: ElasticLoadBalancingV2Listener_JwtValidationConfig;
  Order?: number;
  RedirectConfig?: ElasticLoadBalancingV2Listener_RedirectConfig;
  TargetGroupArn?: string;
  Type: string;
}
export interface ElasticLoadBalancingV2Listener_AuthenticateCognitoConfig {
  AuthenticationRequestExtraParams?: Record<string, string>;
  OnUnauthenticatedRequest?: string;
  Scope?: string;
  SessionCookieName?: string;
  SessionTimeout?: string;
  UserPoolArn: string;
  UserPoolClientId: string;
  UserPoolDomain: string;
}
export interface ElasticLoadBalancingV2Listener_AuthenticateOidcConfig {
  AuthenticationRequestExtraParams?: Record<string, string>;
  AuthorizationEndpoint: string;
  ClientId: string;
  ClientSecret?: string;
  Issuer: string;
  OnUnauthenticatedRequest?: string;
  Scope?: string;
  SessionCookieName?: string;
  SessionTimeout?: string;
  TokenEndpoint: string;
  UseExistingClientSecret?: boolean;
  UserInfoEndpoint: string;
}
export interface ElasticLoadBalancingV2Listener_Certificate {
  CertificateArn?: string;
}
export interface ElasticLoadBalancingV2Listener_FixedResponseConfig {
  ContentType?: string;
  MessageBody?: string;
  StatusCode: string;
}
export interface ElasticLoadBalancingV2Listener_ForwardConfig {
  TargetGroupStickinessConfig?: ElasticLoadBalancingV2Listener_TargetGroupStickinessConfig;
  TargetGroups?: Array<ElasticLoadBalancingV2Listener_TargetGroupTuple>;
}
export interface ElasticLoadBalancingV2Listener_JwtValidationActionAdditionalClaim {
  Format: string;
  Name: string;
  Values: Array<string>;
}
export interface ElasticLoadBalancingV2Listener_JwtValidationConfig {
  AdditionalClaims?: Array<ElasticLoadBalancingV2Listener_JwtValidationActionAdditionalClaim>;
  Issuer: string;
  JwksEndpoint: string;
}
export interface ElasticLoadBalancingV2Listener_ListenerAttribute {
  Key?: string;
  Value?: string;
}
export interface ElasticLoadBalancingV2Listener_MutualAuthentication {
  AdvertiseTrustStoreCaNames?: string;
  IgnoreClientCertificateExpiry?: boolean;
  Mode?: string;
  TrustStoreArn?: string;
}
export interface ElasticLoadBalancingV2Listener_RedirectConfig {
  Host?: string;
  Path?: string;
  Port?: string;
  Protocol?: string;
  Query?: string;
  StatusCode: string;
}
export interface ElasticLoadBalancingV2Listener_TargetGroupStickinessConfig {
  DurationSeconds?: number;
  Enabled?: boolean;
}
export interface ElasticLoadBalancingV2Listener_TargetGroupTuple {
  TargetGroupArn?: string;
  Weight?: number;
}
export interface ElasticLoadBalancingV2ListenerRule {
  Actions: Array<ElasticLoadBalancingV2ListenerRule_Action>;
  Conditions: Array<ElasticLoadBalancingV2ListenerRule_RuleCondition>;
  ListenerArn?: string;
  Priority: number;
  Tags?: Array<ResourceTag>;
  Transforms?: Array<ElasticLoadBalancingV2ListenerRule_Transform>;
}
export interface ElasticLoadBalancingV2ListenerRule_Action {
  AuthenticateCognitoConfig?: ElasticLoadBalancingV2ListenerRule_AuthenticateCognitoConfig;
  AuthenticateOidcConfig?: ElasticLoadBalancingV2ListenerRule_AuthenticateOidcConfig;
  FixedResponseConfig?: ElasticLoadBalancingV2ListenerRule_FixedResponseConfig;
  ForwardConfig?: ElasticLoadBalancingV2ListenerRule_ForwardConfig;
  JwtValidationConfig?: ElasticLoadBalancingV2ListenerRule_JwtValidationConfig;
  Order?: number;
  RedirectConfig?: ElasticLoadBalancingV2ListenerRule_RedirectConfig;
  TargetGroupArn?: string;
  Type: string;
}
export interface ElasticLoadBalancingV2ListenerRule_AuthenticateCognitoConfig {
  AuthenticationRequestExtraParams?: Record<string, string>;
  OnUnauthenticatedRequest?: string;
  Scope?: string;
  SessionCookieName?: string;
  SessionTimeout?: number;
  UserPoolArn: string;
  UserPoolClientId: string;
  UserPoolDomain: string;
}
export interface ElasticLoadBalancingV2ListenerRule_AuthenticateOidcConfig {
  AuthenticationRequestExtraParams?: Record<string, string>;
  AuthorizationEndpoint: string;
  ClientId: string;
  ClientSecret?: string;
  Issuer: string;
  OnUnauthenticatedRequest?: string;
  Scope?: string;
  SessionCookieName?: string;
  SessionTimeout?: number;
  TokenEndpoint: string;
  UseExistingClientSecret?: boolean;
  UserInfoEndpoint: string;
}
export interface ElasticLoadBalancingV2ListenerRule_FixedResponseConfig {
  ContentType?: string;
  MessageBody?: string;
  StatusCode: string;
}
export interface ElasticLoadBalancingV2ListenerRule_ForwardConfig {
  TargetGroupStickinessConfig?: ElasticLoadBalancingV2ListenerRule_TargetGroupStickinessConfig;
  TargetGroups?: Array<ElasticLoadBalancingV2ListenerRule_TargetGroupTuple>;
}
export interface ElasticLoadBalancingV2ListenerRule_HostHeaderConfig {
  RegexValues?: Array<string>;
  Values?: Array<string>;
}
export interface ElasticLoadBalancingV2ListenerRule_HttpHeaderConfig {
  HttpHeaderName?: string;
  RegexValues?: Array<string>;
  Values?: Array<string>;
}
export interface ElasticLoadBalancingV2ListenerRule_HttpRequestMethodConfig {
  Values?: Array<string>;
}
export interface ElasticLoadBalancingV2ListenerRule_JwtValidationActionAdditionalClaim {
  Format: string;
  Name: string;
  Values: Array<string>;
}
export interface ElasticLoadBalancingV2ListenerRule_JwtValidationConfig {
  AdditionalClaims?: Array<ElasticLoadBalancingV2ListenerRule_JwtValidationActionAdditionalClaim>;
  Issuer: string;
  JwksEndpoint: string;
}
export interface ElasticLoadBalancingV2ListenerRule_PathPatternConfig {
  RegexValues?: Array<string>;
  Values?: Array<string>;
}
export interface ElasticLoadBalancingV2ListenerRule_QueryStringConfig {
  Values?: Array<ElasticLoadBalancingV2ListenerRule_QueryStringKeyValue>;
}
export interface ElasticLoadBalancingV2ListenerRule_QueryStringKeyValue {
  Key?: string;
  Value?: string;
}
export interface ElasticLoadBalancingV2ListenerRule_RedirectConfig {
  Host?: string;
  Path?: string;
  Port?: string;
  Protocol?: string;
  Query?: string;
  StatusCode: string;
}
export interface ElasticLoadBalancingV2ListenerRule_RewriteConfig {
  Regex: string;
  Replace: string;
}
export interface ElasticLoadBalancingV2ListenerRule_RewriteConfigObject {
  Rewrites: Array<ElasticLoadBalancingV2ListenerRule_RewriteConfig>;
}
export interface ElasticLoadBalancingV2ListenerRule_RuleCondition {
  Field?: string;
  HostHeaderConfig?: ElasticLoadBalancingV2ListenerRule_HostHeaderConfig;
  HttpHeaderConfig?: ElasticLoadBalancingV2ListenerRule_HttpHeaderConfig;
  HttpRequestMethodConfig?: ElasticLoadBalancingV2ListenerRule_HttpRequestMethodConfig;
  PathPatternConfig?: ElasticLoadBalancingV2ListenerRule_PathPatternConfig;
  QueryStringConfig?: ElasticLoadBalancingV2ListenerRule_QueryStringConfig;
  RegexValues?: Array<string>;
  SourceIpConfig?: ElasticLoadBalancingV2ListenerRule_SourceIpConfig;
  Values?: Array<string>;
}
export interface ElasticLoadBalancingV2ListenerRule_SourceIpConfig {
  IpAddressType?: string;
  Values?: Array<string>;
}
export interface ElasticLoadBalancingV2ListenerRule_TargetGroupStickinessConfig {
  DurationSeconds?: number;
  Enabled?: boolean;
}
export interface ElasticLoadBalancingV2ListenerRule_TargetGroupTuple {
  TargetGroupArn?: string;
  Weight?: number;
}
export interface ElasticLoadBalancingV2ListenerRule_Transform {
  HostHeaderRewriteConfig?: ElasticLoadBalancingV2ListenerRule_RewriteConfigObject;
  Type: string;
  UrlRewriteConfig?: ElasticLoadBalancingV2ListenerRule_RewriteConfigObject;
}
export interface ElasticLoadBalancingV2LoadBalancer {
  EnableCapacityReservationProvisionStabilize?: boolean;
  EnablePrefixForIpv6SourceNat?: string;
  EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic?: string;
  IpAddressType?: string;
  Ipv4IpamPoolId?: string;
  LoadBalancerAttributes?: Array<ElasticLoadBalancingV2LoadBalancer_LoadBalancerAttribute>;
  MinimumLoadBalancerCapacity?: ElasticLoadBalancingV2LoadBalancer_MinimumLoadBalancerCapacity;
  Name?: string;
  Scheme?: string;
  SecurityGroups?: Array<string>;
  SubnetMappings?: Array<ElasticLoadBalancingV2LoadBalancer_SubnetMapping>;
  Subnets?: Array<string>;
  Tags?: Array<ResourceTag>;
  Type?: string;
}
export interface ElasticLoadBalancingV2LoadBalancer_LoadBalancerAttribute {
  Key?: string;
  Value?: string;
}
export interface ElasticLoadBalancingV2LoadBalancer_MinimumLoadBalancerCapacity {
  CapacityUnits: number;
}
export interface ElasticLoadBalancingV2LoadBalancer_SubnetMapping {
  AllocationId?: string;
  IPv6Address?: string;
  PrivateIPv4Address?: string;
  SourceNatIpv6Prefix?: string;
  SubnetId: string;
}
export interface ElasticLoadBalancingV2TargetGroup {
  HealthCheckEnabled?: boolean;
  HealthCheckIntervalSeconds?: number;
  HealthCheckPath?: string;
  HealthCheckPort?: string;
  HealthCheckProtocol?: string;
  HealthCheckTimeoutSeconds?: number;
  HealthyThresholdCount?: number;
  IpAddressType?: string;
  Matcher?: ElasticLoadBalancingV2TargetGroup_Matcher;
  Name?: string;
  Port?: number;
  Protocol?: string;
  ProtocolVersion?: string;
  Tags?: Array<ResourceTag>;
  TargetControlPort?: number;
  TargetGroupAttributes?: Array<ElasticLoadBalancingV2TargetGroup_TargetGroupAttribute>;
  TargetType?: string;
  Targets?: Array<ElasticLoadBalancingV2TargetGroup_TargetDescription>;
  UnhealthyThresholdCount?: number;
  VpcId?: string;
}
export interface ElasticLoadBalancingV2TargetGroup_Matcher {
  GrpcCode?: string;
  HttpCode?: string;
}
export interface ElasticLoadBalancingV2TargetGroup_TargetDescription {
  AvailabilityZone?: string;
  Id: string;
  Port?: number;
  QuicServerId?: string;
}
export interface ElasticLoadBalancingV2TargetGroup_TargetGroupAttribute {
  Key?: string;
  Value?: string;
}
export interface EventsEventBus {
  DeadLetterConfig?: EventsEventBus_DeadLetterConfig;
  Description?: string;
  EventSourceName?: string;
  KmsKeyIdentifier?: string;
  LogConfig?: EventsEventBus_LogConfig;
  Name: string;
  Policy?: Json | string;
  Tags?: Array<ResourceTag>;
}
export interface EventsEventBus_DeadLetterConfig {
  Arn?: string;
}
export interface EventsEventBus_LogConfig {
  IncludeDetail?: "FULL" | "NONE";
  Level?: "INFO" | "ERROR" | "TRACE" | "OFF";
}
export interface EventsRule {
  Description?: string;
  EventBusName?: string;
  EventPattern?: string | Json;
  Name?: string;
  RoleArn?: string;
  ScheduleExpression?: string;
  State?: "DISABLED" | "ENABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
  Tags?: Array<ResourceTag>;
  Targets?: Array<EventsRule_Target>;
}
export interface EventsRule_AppSyncParameters {
  GraphQLOperation: string;
}
export interface EventsRule_AwsVpcConfiguration {
  AssignPublicIp?: string;
  SecurityGroups?: Array<string>;
  Subnets: Array<string>;
}
export interface EventsRule_BatchArrayProperties {
  Size?: number;
}
export interface EventsRule_BatchParameters {
  ArrayProperties?: EventsRule_BatchArrayProperties;
  JobDefinition: string;
  JobName: string;
  RetryStrategy?: EventsRule_BatchRetryStrategy;
}
export interface EventsRule_BatchRetryStrategy {
  Attempts?: number;
}
export interface EventsRule_CapacityProviderStrategyItem {
  Base?: number;
  CapacityProvider: string;
  Weight?: number;
}
export interface EventsRule_DeadLetterConfig {
  Arn?: string;
}
export interface EventsRule_EcsParameters {
  CapacityProviderStrategy?: Array<EventsRule_CapacityProviderStrategyItem>;
  EnableECSManagedTags?: boolean;
  EnableExecuteCommand?: boolean;
  Group?: string;
  LaunchType?: string;
  NetworkConfiguration?: EventsRule_NetworkConfiguration;
  PlacementConstraints?: Array<EventsRule_PlacementConstraint>;
  PlacementStrategies?: Array<EventsRule_PlacementStrategy>;
  PlatformVersion?: string;
  PropagateTags?: string;
  ReferenceId?: string;
  TagList?: Array<ResourceTag>;
  TaskCount?: number;
  TaskDefinitionArn: string;
}
export interface EventsRule_HttpParameters {
  HeaderParameters?: Record<string, string>;
  PathParameterValues?: Array<string>;
  QueryStringParameters?: Record<string, string>;
}
export interface EventsRule_InputTransformer {
  InputPathsMap?: Record<string, string>;
  InputTemplate: string;
}
export interface EventsRule_KinesisParameters {
  PartitionKeyPath: string;
}
export interface EventsRule_NetworkConfiguration {
  AwsVpcConfiguration?: EventsRule_AwsVpcConfiguration;
}
export interface EventsRule_PlacementConstraint {
  Expression?: string;
  Type?: string;
}
export interface EventsRule_PlacementStrategy {
  Field?: string;
  Type?: string;
}
export interface EventsRule_RedshiftDataParameters {
  Database: string;
  DbUser?: string;
  SecretManagerArn?: string;
  Sql?: string;
  Sqls?: Array<string>;
  StatementName?: string;
  WithEvent?: boolean;
}
export interface EventsRule_RetryPolicy {
  MaximumEventAgeInSeconds?: number;
  MaximumRetryAttempts?: number;
}
export interface EventsRule_RunCommandParameters {
  RunCommandTargets: Array<EventsRule_RunCommandTarget>;
}
export interface EventsRule_RunCommandTarget {
  Key: string;
  Values: Array<string>;
}
export interface EventsRule_SageMakerPipelineParameter {
  Name: string;
  Value: string;
}
export interface EventsRule_SageMakerPipelineParameters {
  PipelineParameterList?: Array<EventsRule_SageMakerPipelineParameter>;
}
export interface EventsRule_SqsParameters {
  MessageGroupId: string;
}
export interface EventsRule_Target {
  AppSyncParameters?: EventsRule_AppSyncParameters;
  Arn: string;
  BatchParameters?: EventsRule_BatchParameters;
  DeadLetterConfig?: EventsRule_DeadLetterConfig;
  EcsParameters?: EventsRule_EcsParameters;
  HttpParameters?: EventsRule_HttpParameters;
  Id: string;
  Input?: string;
  InputPath?: string;
  InputTransformer?: EventsRule_InputTransformer;
  KinesisParameters?: EventsRule_KinesisParameters;
  RedshiftDataParameters?: EventsRule_RedshiftDataParameters;
  RetryPolicy?: EventsRule_RetryPolicy;
  RoleArn?: string;
  RunCommandParameters?: EventsRule_RunCommandParameters;
  SageMakerPipelineParameters?: EventsRule_SageMakerPipelineParameters;
  SqsParameters?: EventsRule_SqsParameters;
}
export interface IAMInstanceProfile {
  InstanceProfileName?: string;
  Path?: string;
  Roles: Array<string>;
}
export interface IAMManagedPolicy {
  Description?: string;
  Groups?: Array<string>;
  ManagedPolicyName?: string;
  Path?: string;
  PolicyDocument: Json | string;
  Roles?: Array<string>;
  Users?: Array<string>;
}
export interface IAMOIDCProvider {
  ClientIdList?: Array<string>;
  Tags?: Array<ResourceTag>;
  ThumbprintList?: Array<string>;
  Url?: string;
}
export interface IAMPolicy {
  Groups?: Array<string>;
  PolicyDocument: Json | string;
  PolicyName: string;
  Roles?: Array<string>;
  Users?: Array<string>;
}
export interface IAMRole {
  AssumeRolePolicyDocument: Json | string;
  Description?: string;
  ManagedPolicyArns?: Array<string>;
  MaxSessionDuration?: number;
  Path?: string;
  PermissionsBoundary?: string;
  Policies?: Array<IAMRole_Policy>;
  RoleName?: string;
  Tags?: Array<ResourceTag>;
}
export interface IAMRole_Policy {
  PolicyDocument: string | Json;
  PolicyName: string;
}
export interface KMSAlias {
  AliasName: string;
  TargetKeyId: string;
}
export interface KMSKey {
  BypassPolicyLockoutSafetyCheck?: boolean;
  Description?: string;
  EnableKeyRotation?: boolean;
  Enabled?: boolean;
  KeyPolicy?: Json | string;
  KeySpec?: "SYMMETRIC_DEFAULT" | "RSA_2048" | "RSA_3072" | "RSA_4096" | "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" | "ECC_SECG_P256K1" | "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" | "SM2" | "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87" | "ECC_NIST_EDWARDS25519";
  KeyUsage?: "ENCRYPT_DECRYPT" | "SIGN_VERIFY" | "GENERATE_VERIFY_MAC" | "KEY_AGREEMENT";
  MultiRegion?: boolean;
  Origin?: "AWS_KMS" | "EXTERNAL";
  PendingWindowInDays?: number;
  RotationPeriodInDays?: number;
  Tags?: Array<ResourceTag>;
}
export interface LambdaAlias {
  Description?: string;
  FunctionName: string;
  FunctionVersion: string;
  Name: string;
  ProvisionedConcurrencyConfig?: LambdaAlias_ProvisionedConcurrencyConfiguration;
  RoutingConfig?: LambdaAlias_AliasRoutingConfiguration;
}
export interface LambdaAlias_AliasRoutingConfiguration {
  AdditionalVersionWeights?: Array<LambdaAlias_VersionWeight>;
}
export interface LambdaAlias_ProvisionedConcurrencyConfiguration {
  ProvisionedConcurrentExecutions: number;
}
export interface LambdaAlias_VersionWeight {
  FunctionVersion: string;
  FunctionWeight: number;
}
export interface LambdaEventInvokeConfig {
  DestinationConfig?: LambdaEventInvokeConfig_DestinationConfig;
  FunctionName: string;
  MaximumEventAgeInSeconds?: number;
  MaximumRetryAttempts?: number;
  Qualifier: string;
}
export interface LambdaEventInvokeConfig_DestinationConfig {
  OnFailure?: LambdaEventInvokeConfig_OnFailure;
  OnSuccess?: LambdaEventInvokeConfig_OnSuccess;
}
export interface LambdaEventInvokeConfig_OnFailure {
  Destination: string;
}
export interface LambdaEventInvokeConfig_OnSuccess {
  Destination: string;
}
export interface LambdaFunction {
  Architectures?: Array<string>;
  CapacityProviderConfig?: LambdaFunction_CapacityProviderConfig;
  Code: LambdaFunction_Code;
  CodeSigningConfigArn?: string;
  DeadLetterConfig?: LambdaFunction_DeadLetterConfig;
  Description?: string;
  DurableConfig?: LambdaFunction_DurableConfig;
  Environment?: LambdaFunction_Environment;
  EphemeralStorage?: LambdaFunction_EphemeralStorage;
  FileSystemConfigs?: Array<LambdaFunction_FileSystemConfig>;
  FunctionName?: string;
  FunctionScalingConfig?: LambdaFunction_FunctionScalingConfig;
  Handler?: string;
  ImageConfig?: LambdaFunction_ImageConfig;
  KmsKeyArn?: string;
  Layers?: Array<string>;
  LoggingConfig?: LambdaFunction_LoggingConfig;
  MemorySize?: number;
  PackageType?: "Image" | "Zip";
  PublishToLatestPublished?: boolean;
  RecursiveLoop?: "Allow" | "Terminate";
  ReservedConcurrentExecutions?: number;
  Role: string;
  Runtime?: string;
  RuntimeManagementConfig?: LambdaFunction_RuntimeManagementConfig;
  SnapStart?: LambdaFunction_SnapStart;
  Tags?: Array<ResourceTag>;
  TenancyConfig?: LambdaFunction_TenancyConfig;
  Timeout?: number;
  TracingConfig?: LambdaFunction_TracingConfig;
  VpcConfig?: LambdaFunction_VpcConfig;
}
export interface LambdaFunction_CapacityProviderConfig {
  LambdaManagedInstancesCapacityProviderConfig: LambdaFunction_LambdaManagedInstancesCapacityProviderConfig;
}
export interface LambdaFunction_Code {
  ImageUri?: string;
  S3Bucket?: string;
  S3Key?: string;
  S3ObjectStorageMode?: "COPY" | "REFERENCE";
  S3ObjectVersion?: string;
  SourceKMSKeyArn?: string;
  ZipFile?: string;
}
export interface LambdaFunction_DeadLetterConfig {
  TargetArn?: string;
}
export interface LambdaFunction_DurableConfig {
  ExecutionTimeout: number;
  KMSKeyArn?: string;
  RetentionPeriodInDays?: number;
}
export interface LambdaFunction_Environment {
  Variables?: Record<string, string>;
}
export interface LambdaFunction_EphemeralStorage {
  Size: number;
}
export interface LambdaFunction_FileSystemConfig {
  Arn: string;
  LocalMountPath: string;
  S3FilesConfig?: LambdaFunction_S3FilesConfig;
}
export interface LambdaFunction_FunctionScalingConfig {
  MaxExecutionEnvironments?: number;
  MinExecutionEnvironments?: number;
}
export interface LambdaFunction_ImageConfig {
  Command?: Array<string>;
  EntryPoint?: Array<string>;
  WorkingDirectory?: string;
}
export interface LambdaFunction_LambdaManagedInstancesCapacityProviderConfig {
  CapacityProviderArn: string;
  ExecutionEnvironmentMemoryGiBPerVCpu?: number;
  PerExecutionEnvironmentMaxConcurrency?: number;
}
export interface LambdaFunction_LoggingConfig {
  ApplicationLogLevel?: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";
  LogFormat?: "Text" | "JSON";
  LogGroup?: string;
  SystemLogLevel?: "DEBUG" | "INFO" | "WARN";
}
export interface LambdaFunction_RuntimeManagementConfig {
  RuntimeVersionArn?: string;
  UpdateRuntimeOn: "Auto" | "FunctionUpdate" | "Manual";
}
export interface LambdaFunction_S3FilesConfig {
  DirectS3Read?: "ENABLED" | "DISABLED" | "AUTO";
}
export interface LambdaFunction_SnapStart {
  ApplyOn: "PublishedVersions" | "None";
}
export interface LambdaFunction_SnapStartResponse {
  ApplyOn?: "PublishedVersions" | "None";
  OptimizationStatus?: "On" | "Off";
}
export interface LambdaFunction_TenancyConfig {
  TenantIsolationMode: "PER_TENANT";
}
export interface LambdaFunction_TracingConfig {
  Mode?: "Active" | "PassThrough";
}
export interface LambdaFunction_VpcConfig {
  Ipv6AllowedForDualStack?: boolean;
  SecurityGroupIds?: Array<string>;
  SubnetIds?: Array<string>;
}
export interface LambdaPermission {
  Action: string;
  EventSourceToken?: string;
  FunctionName: string;
  FunctionUrlAuthType?: "AWS_IAM" | "NONE";
  InvokedViaFunctionUrl?: boolean;
  Principal: string;
  PrincipalOrgID?: string;
  SourceAccount?: string;
  SourceArn?: string;
}
export interface LambdaVersion {
  CodeSha256?: string;
  Description?: string;
  FunctionName: string;
  FunctionScalingConfig?: LambdaVersion_FunctionScalingConfig;
  ProvisionedConcurrencyConfig?: LambdaVersion_ProvisionedConcurrencyConfiguration;
  RuntimePolicy?: LambdaVersion_RuntimePolicy;
}
export interface LambdaVersion_FunctionScalingConfig {
  MaxExecutionEnvironments?: number;
  MinExecutionEnvironments?: number;
}
export interface LambdaVersion_ProvisionedConcurrencyConfiguration {
  ProvisionedConcurrentExecutions: number;
}
export interface LambdaVersion_RuntimePolicy {
  RuntimeVersionArn?: string;
  UpdateRuntimeOn: string;
}
export interface LogsLogGroup {
  BearerTokenAuthenticationEnabled?: boolean;
  DataProtectionPolicy?: Json;
  DeletionProtectionEnabled?: boolean;
  FieldIndexPolicies?: Array<Json>;
  KmsKeyId?: string;
  LogGroupClass?: "STANDARD" | "INFREQUENT_ACCESS" | "DELIVERY";
  LogGroupName?: string;
  ResourcePolicyDocument?: Json;
  RetentionInDays?: 1 | 3 | 5 | 7 | 14 | 30 | 60 | 90 | 120 | 150 | 180 | 365 | 400 | 545 | 731 | 1096 | 1827 | 2192 | 2557 | 2922 | 3288 | 3653;
  Tags?: Array<ResourceTag>;
}
export interface LogsMetricFilter {
  ApplyOnTransformedLogs?: boolean;
  EmitSystemFieldDimensions?: Array<string>;
  FieldSelectionCriteria?: string;
  FilterName?: string;
  FilterPattern: string;
  LogGroupName: string;
  MetricTransformations: Array<LogsMetricFilter_MetricTransformation>;
}
export interface LogsMetricFilter_Dimension {
  Key: string;
  Value: string;
}
export interface LogsMetricFilter_MetricTransformation {
  DefaultValue?: number;
  Dimensions?: Array<LogsMetricFilter_Dimension>;
  MetricName: string;
  MetricNamespace: string;
  MetricValue: string;
  Unit?: "Seconds" | "Microseconds" | "Milliseconds" | "Bytes" | "Kilobytes" | "Megabytes" | "Gigabytes" | "Terabytes" | "Bits" | "Kilobits" | "Megabits" | "Gigabits" | "Terabits" | "Percent" | "Count" | "Bytes/Second" | "Kilobytes/Second" | "Megabytes/Second" | "Gigabytes/Second" | "Terabytes/Second" | "Bits/Second" | "Kilobits/Second" | "Megabits/Second" | "Gigabits/Second" | "Terabits/Second" | "Count/Second" | "None";
}
export interface S3Bucket {
  AbacStatus?: "Enabled" | "Disabled";
  AccelerateConfiguration?: S3Bucket_AccelerateConfiguration;
  AccessControl?: "AuthenticatedRead" | "AwsExecRead" | "BucketOwnerFullControl" | "BucketOwnerRead" | "LogDeliveryWrite" | "Private" | "PublicRead" | "PublicReadWrite";
  AnalyticsConfigurations?: Array<S3Bucket_AnalyticsConfiguration>;
  BucketEncryption?: S3Bucket_BucketEncryption;
  BucketName?: string;
  BucketNamePrefix?: string;
  BucketNamespace?: "global" | "account-regional";
  CorsConfiguration?: S3Bucket_CorsConfiguration;
  IntelligentTieringConfigurations?: Array<S3Bucket_IntelligentTieringConfiguration>;
  InventoryConfigurations?: Array<S3Bucket_InventoryConfiguration>;
  LifecycleConfiguration?: S3Bucket_LifecycleConfiguration;
  LoggingConfiguration?: S3Bucket_LoggingConfiguration;
  MetadataConfiguration?: S3Bucket_MetadataConfiguration;
  MetadataTableConfiguration?: S3Bucket_MetadataTableConfiguration;
  MetricsConfigurations?: Array<S3Bucket_MetricsConfiguration>;
  NotificationConfiguration?: S3Bucket_NotificationConfiguration;
  ObjectLockConfiguration?: S3Bucket_ObjectLockConfiguration;
  ObjectLockEnabled?: boolean;
  OwnershipControls?: S3Bucket_OwnershipControls;
  PublicAccessBlockConfiguration?: S3Bucket_PublicAccessBlockConfiguration;
  ReplicationConfiguration?: S3Bucket_ReplicationConfiguration;
  Tags?: Array<ResourceTag>;
  VersioningConfiguration?: S3Bucket_VersioningConfiguration;
  WebsiteConfiguration?: S3Bucket_WebsiteConfiguration;
}
export interface S3Bucket_AbortIncompleteMultipartUpload {
  DaysAfterInitiation: number;
}
export interface S3Bucket_AccelerateConfiguration {
  AccelerationStatus: "Enabled" | "Suspended";
}
export interface S3Bucket_AccessControlTranslation {
  Owner: string;
}
export interface S3Bucket_AnalyticsConfiguration {
  Id: string;
  Prefix?: string;
  StorageClassAnalysis: S3Bucket_StorageClassAnalysis;
  TagFilters?: Array<S3Bucket_TagFilter>;
}
export interface S3Bucket_AnnotationTableConfiguration {
  ConfigurationState: "ENABLED" | "DISABLED";
  EncryptionConfiguration?: S3Bucket_MetadataTableEncryptionConfiguration;
  Role?: string;
  TableArn?: string;
  TableName?: string;
}
export interface S3Bucket_BlockedEncryptionTypes {
  EncryptionType?: Array<"NONE" | "SSE-C">;
}
export interface S3Bucket_BucketEncryption {
  ServerSideEncryptionConfiguration: Array<S3Bucket_ServerSideEncryptionRule>;
}
export interface S3Bucket_CorsConfiguration {
  CorsRules: Array<S3Bucket_CorsRule>;
}
export interface S3Bucket_CorsRule {
  AllowedHeaders?: Array<string>;
  AllowedMethods: Array<string>;
  AllowedOrigins: Array<string>;
  ExposedHeaders?: Array<string>;
  Id?: string;
  MaxAge?: number;
}
export interface S3Bucket_DataExport {
  Destination: S3Bucket_Destination;
  OutputSchemaVersion: string;
}
export interface S3Bucket_DefaultEventHold {
  Days?: number;
  Years?: number;
}
export interface S3Bucket_DefaultRetention {
  Days?: number;
  DefaultEventHold?: S3Bucket_DefaultEventHold;
  Mode?: "COMPLIANCE" | "GOVERNANCE";
  Years?: number;
}
export interface S3Bucket_DeleteMarkerReplication {
  Status?: "Disabled" | "Enabled";
}
export interface S3Bucket_Destination {
  BucketAccountId?: string;
  BucketArn: string;
  Format: "CSV" | "ORC" | "Parquet";
  Prefix?: string;
}
export interface S3Bucket_EncryptionConfiguration {
  ReplicaKmsKeyID: string;
}
export interface S3Bucket_EventBridgeConfiguration {
  EventBridgeEnabled: boolean;
}
export interface S3Bucket_FilterRule {
  Name: string;
  Value: string;
}
export interface S3Bucket_IntelligentTieringConfiguration {
  Id: string;
  Prefix?: string;
  Status: "Disabled" | "Enabled";
  TagFilters?: Array<S3Bucket_TagFilter>;
  Tierings: Array<S3Bucket_Tiering>;
}
export interface S3Bucket_InventoryConfiguration {
  Destination: S3Bucket_Destination;
  Enabled: boolean;
  Id: string;
  IncludedObjectVersions: "All" | "Current";
  OptionalFields?: Array<string>;
  Prefix?: string;
  ScheduleFrequency: "Daily" | "Weekly";
}
export interface S3Bucket_InventoryTableConfiguration {
  ConfigurationState: "ENABLED" | "DISABLED";
  EncryptionConfiguration?: S3Bucket_MetadataTableEncryptionConfiguration;
  TableArn?: string;
  TableName?: string;
}
export interface S3Bucket_JournalTableConfiguration {
  EncryptionConfiguration?: S3Bucket_MetadataTableEncryptionConfiguration;
  RecordExpiration: S3Bucket_RecordExpiration;
  TableArn?: string;
  TableName?: string;
}
export interface S3Bucket_LambdaConfiguration {
  Event: string;
  Filter?: S3Bucket_NotificationFilter;
  Function: string;
}
export interface S3Bucket_LifecycleConfiguration {
  Rules: Array<S3Bucket_Rule>;
  TransitionDefaultMinimumObjectSize?: "varies_by_storage_class" | "all_storage_classes_128K";
}
export interface S3Bucket_LoggingConfiguration {
  DestinationBucketName?: string;
  LogFilePrefix?: string;
  TargetObjectKeyFormat?: S3Bucket_TargetObjectKeyFormat;
}
export interface S3Bucket_MetadataConfiguration {
  AnnotationTableConfiguration?: S3Bucket_AnnotationTableConfiguration;
  Destination?: S3Bucket_MetadataDestination;
  InventoryTableConfiguration?: S3Bucket_InventoryTableConfiguration;
  JournalTableConfiguration: S3Bucket_JournalTableConfiguration;
}
export interface S3Bucket_MetadataDestination {
  TableBucketArn?: string;
  TableBucketType: "aws" | "customer";
  TableNamespace?: string;
}
export interface S3Bucket_MetadataTableConfiguration {
  S3TablesDestination: S3Bucket_S3TablesDestination;
}
export interface S3Bucket_MetadataTableEncryptionConfiguration {
  KmsKeyArn?: string;
  SseAlgorithm: "aws:kms" | "AES256";
}
export interface S3Bucket_Metrics {
  EventThreshold?: S3Bucket_ReplicationTimeValue;
  Status: "Disabled" | "Enabled";
}
export interface S3Bucket_MetricsConfiguration {
  AccessPointArn?: string;
  Id: string;
  Prefix?: string;
  TagFilters?: Array<S3Bucket_TagFilter>;
}
export interface S3Bucket_NoncurrentVersionExpiration {
  NewerNoncurrentVersions?: number;
  NoncurrentDays: number;
}
export interface S3Bucket_NoncurrentVersionTransition {
  NewerNoncurrentVersions?: number;
  StorageClass: "DEEP_ARCHIVE" | "GLACIER" | "Glacier" | "GLACIER_IR" | "INTELLIGENT_TIERING" | "ONEZONE_IA" | "STANDARD_IA";
  TransitionInDays: number;
}
export interface S3Bucket_NotificationConfiguration {
  EventBridgeConfiguration?: S3Bucket_EventBridgeConfiguration;
  LambdaConfigurations?: Array<S3Bucket_LambdaConfiguration>;
  QueueConfigurations?: Array<S3Bucket_QueueConfiguration>;
  TopicConfigurations?: Array<S3Bucket_TopicConfiguration>;
}
export interface S3Bucket_NotificationFilter {
  S3Key: S3Bucket_S3KeyFilter;
}
export interface S3Bucket_ObjectLockConfiguration {
  ObjectLockEnabled?: string;
  Rule?: S3Bucket_ObjectLockRule;
}
export interface S3Bucket_ObjectLockRule {
  DefaultRetention?: S3Bucket_DefaultRetention;
}
export interface S3Bucket_OwnershipControls {
  Rules: Array<S3Bucket_OwnershipControlsRule>;
}
export interface S3Bucket_OwnershipControlsRule {
  ObjectOwnership?: "ObjectWriter" | "BucketOwnerPreferred" | "BucketOwnerEnforced";
}
export interface S3Bucket_PartitionedPrefix {
  PartitionDateSource?: "EventTime" | "DeliveryTime";
}
export interface S3Bucket_PublicAccessBlockConfiguration {
  BlockPublicAcls?: boolean;
  BlockPublicPolicy?: boolean;
  IgnorePublicAcls?: boolean;
  RestrictPublicBuckets?: boolean;
}
export interface S3Bucket_QueueConfiguration {
  Event: string;
  Filter?: S3Bucket_NotificationFilter;
  Queue: string;
}
export interface S3Bucket_RecordExpiration {
  Days?: number;
  Expiration: "ENABLED" | "DISABLED";
}
export interface S3Bucket_RedirectAllRequestsTo {
  HostName: string;
  Protocol?: "http" | "https";
}
export interface S3Bucket_RedirectRule {
  HostName?: string;
  HttpRedirectCode?: string;
  Protocol?: "http" | "https";
  ReplaceKeyPrefixWith?: string;
  ReplaceKeyWith?: string;
}
export interface S3Bucket_ReplicaModifications {
  Status: "Enabled" | "Disabled";
}
export interface S3Bucket_ReplicationConfiguration {
  Role: string;
  Rules: Array<S3Bucket_ReplicationRule>;
}
export interface S3Bucket_ReplicationDestination {
  AccessControlTranslation?: S3Bucket_AccessControlTranslation;
  Account?: string;
  Bucket: string;
  EncryptionConfiguration?: S3Bucket_EncryptionConfiguration;
  Metrics?: S3Bucket_Metrics;
  ReplicationTime?: S3Bucket_ReplicationTime;
  StorageClass?: "DEEP_ARCHIVE" | "GLACIER" | "GLACIER_IR" | "INTELLIGENT_TIERING" | "ONEZONE_IA" | "REDUCED_REDUNDANCY" | "STANDARD" | "STANDARD_IA";
}
export interface S3Bucket_ReplicationRule {
  DeleteMarkerReplication?: S3Bucket_DeleteMarkerReplication;
  Destination: S3Bucket_ReplicationDestination;
  Filter?: S3Bucket_ReplicationRuleFilter;
  Id?: string;
  Prefix?: string;
  Priority?: number;
  SourceSelectionCriteria?: S3Bucket_SourceSelectionCriteria;
  Status: "Disabled" | "Enabled";
}
export interface S3Bucket_ReplicationRuleAndOperator {
  Prefix?: string;
  TagFilters?: Array<S3Bucket_TagFilter>;
}
export interface S3Bucket_ReplicationRuleFilter {
  And?: S3Bucket_ReplicationRuleAndOperator;
  Prefix?: string;
  TagFilter?: S3Bucket_TagFilter;
}
export interface S3Bucket_ReplicationTime {
  Status: "Disabled" | "Enabled";
  Time: S3Bucket_ReplicationTimeValue;
}
export interface S3Bucket_ReplicationTimeValue {
  Minutes: number;
}
export interface S3Bucket_RoutingRule {
  RedirectRule: S3Bucket_RedirectRule;
  RoutingRuleCondition?: S3Bucket_RoutingRuleCondition;
}
export interface S3Bucket_RoutingRuleCondition {
  HttpErrorCodeReturnedEquals?: string;
  KeyPrefixEquals?: string;
}
export interface S3Bucket_Rule {
  AbortIncompleteMultipartUpload?: S3Bucket_AbortIncompleteMultipartUpload;
  ExpirationDate?: string;
  ExpirationInDays?: number;
  ExpiredObjectDeleteMarker?: boolean;
  Id?: string;
  NoncurrentVersionExpiration?: S3Bucket_NoncurrentVersionExpiration;
  NoncurrentVersionExpirationInDays?: number;
  NoncurrentVersionTransition?: S3Bucket_NoncurrentVersionTransition;
  NoncurrentVersionTransitions?: Array<S3Bucket_NoncurrentVersionTransition>;
  ObjectSizeGreaterThan?: number;
  ObjectSizeLessThan?: number;
  Prefix?: string;
  Status: "Enabled" | "Disabled";
  TagFilters?: Array<S3Bucket_TagFilter>;
  Transition?: S3Bucket_Transition;
  Transitions?: Array<S3Bucket_Transition>;
}
export interface S3Bucket_S3KeyFilter {
  Rules: Array<S3Bucket_FilterRule>;
}
export interface S3Bucket_S3TablesDestination {
  TableArn?: string;
  TableBucketArn: string;
  TableName: string;
  TableNamespace?: string;
}
export interface S3Bucket_ServerSideEncryptionByDefault {
  KMSMasterKeyID?: string;
  SSEAlgorithm: "aws:kms" | "AES256" | "aws:kms:dsse";
}
export interface S3Bucket_ServerSideEncryptionRule {
  BlockedEncryptionTypes?: S3Bucket_BlockedEncryptionTypes;
  BucketKeyEnabled?: boolean;
  ServerSideEncryptionByDefault?: S3Bucket_ServerSideEncryptionByDefault;
}
export interface S3Bucket_SourceSelectionCriteria {
  ReplicaModifications?: S3Bucket_ReplicaModifications;
  SseKmsEncryptedObjects?: S3Bucket_SseKmsEncryptedObjects;
}
export interface S3Bucket_SseKmsEncryptedObjects {
  Status: "Disabled" | "Enabled";
}
export interface S3Bucket_StorageClassAnalysis {
  DataExport?: S3Bucket_DataExport;
}
export interface S3Bucket_TagFilter {
  Key: string;
  Value: string;
}
export interface S3Bucket_TargetObjectKeyFormat {
  PartitionedPrefix?: S3Bucket_PartitionedPrefix;
  SimplePrefix?: Json;
}
export interface S3Bucket_Tiering {
  AccessTier: "ARCHIVE_ACCESS" | "DEEP_ARCHIVE_ACCESS";
  Days: number;
}
export interface S3Bucket_TopicConfiguration {
  Event: string;
  Filter?: S3Bucket_NotificationFilter;
  Topic: string;
}
export interface S3Bucket_Transition {
  StorageClass: "DEEP_ARCHIVE" | "GLACIER" | "Glacier" | "GLACIER_IR" | "INTELLIGENT_TIERING" | "ONEZONE_IA" | "STANDARD_IA";
  TransitionDate?: string;
  TransitionInDays?: number;
}
export interface S3Bucket_VersioningConfiguration {
  Status: "Enabled" | "Suspended";
}
export interface S3Bucket_WebsiteConfiguration {
  ErrorDocument?: string;
  IndexDocument?: string;
  RedirectAllRequestsTo?: S3Bucket_RedirectAllRequestsTo;
  RoutingRules?: Array<S3Bucket_RoutingRule>;
}
export interface S3BucketPolicy {
  Bucket: string;
  PolicyDocument: Json | string;
}
export interface SNSSubscription {
  DeliveryPolicy?: Json | string;
  Endpoint?: string;
  FilterPolicy?: Json | string;
  FilterPolicyScope?: string;
  Protocol: string;
  RawMessageDelivery?: boolean;
  RedrivePolicy?: Json | string;
  Region?: string;
  ReplayPolicy?: Json | string;
  SubscriptionRoleArn?: string;
  TopicArn: string;
}
export interface SNSTopic {
  ArchivePolicy?: Json;
  ContentBasedDeduplication?: boolean;
  DataProtectionPolicy?: Json;
  DeliveryStatusLogging?: Array<SNSTopic_LoggingConfig>;
  DisplayName?: string;
  FifoThroughputScope?: string;
  FifoTopic?: boolean;
  KmsMasterKeyId?: string;
  MaximumMessageSize?: number;
  SignatureVersion?: string;
  Subscription?: Array<SNSTopic_Subscription>;
  Tags?: Array<ResourceTag>;
  TopicName?: string;
  TracingConfig?: string;
}
export interface SNSTopic_LoggingConfig {
  FailureFeedbackRoleArn?: string;
  Protocol: "http/s" | "sqs" | "lambda" | "firehose" | "application";
  SuccessFeedbackRoleArn?: string;
  SuccessFeedbackSampleRate?: string;
}
export interface SNSTopic_Subscription {
  Endpoint: string;
  Protocol: string;
}
export interface SNSTopicPolicy {
  PolicyDocument: Json | string;
  Topics: Array<string>;
}
export interface SSMParameter {
  AllowedPattern?: string;
  DataType?: "text" | "aws:ec2:image";
  Description?: string;
  Name?: string;
  Policies?: string;
  Tags?: Record<string, string>;
  Tier?: "Standard" | "Advanced" | "Intelligent-Tiering";
  Type: "String" | "StringList";
  Value: string;
}
export interface SchedulerSchedule {
  Description?: string;
  EndDate?: string;
  FlexibleTimeWindow: SchedulerSchedule_FlexibleTimeWindow;
  GroupName?: string;
  KmsKeyArn?: string;
  Name?: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  StartDate?: string;
  State?: "ENABLED" | "DISABLED";
  Target: SchedulerSchedule_Target;
}
export interface SchedulerSchedule_AwsVpcConfiguration {
  AssignPublicIp?: "ENABLED" | "DISABLED";
  SecurityGroups?: Array<string>;
  Subnets: Array<string>;
}
export interface SchedulerSchedule_CapacityProviderStrategyItem {
  Base?: number;
  CapacityProvider: string;
  Weight?: number;
}
export interface SchedulerSchedule_DeadLetterConfig {
  Arn?: string;
}
export interface SchedulerSchedule_EcsParameters {
  CapacityProviderStrategy?: Array<SchedulerSchedule_CapacityProviderStrategyItem>;
  EnableECSManagedTags?: boolean;
  EnableExecuteCommand?: boolean;
  Group?: string;
  LaunchType?: "EC2" | "FARGATE" | "EXTERNAL";
  NetworkConfiguration?: SchedulerSchedule_NetworkConfiguration;
  PlacementConstraints?: Array<SchedulerSchedule_PlacementConstraint>;
  PlacementStrategy?: Array<SchedulerSchedule_PlacementStrategy>;
  PlatformVersion?: string;
  PropagateTags?: "TASK_DEFINITION";
  ReferenceId?: string;
  Tags?: Array<Record<string, string>>;
  TaskCount?: number;
  TaskDefinitionArn: string;
}
export interface SchedulerSchedule_EventBridgeParameters {
  DetailType: string;
  Source: string;
}
export interface SchedulerSchedule_FlexibleTimeWindow {
  MaximumWindowInMinutes?: number;
  Mode: "OFF" | "FLEXIBLE";
}
export interface SchedulerSchedule_KinesisParameters {
  PartitionKey: string;
}
export interface SchedulerSchedule_NetworkConfiguration {
  AwsvpcConfiguration?: SchedulerSchedule_AwsVpcConfiguration;
}
export interface SchedulerSchedule_PlacementConstraint {
  Expression?: string;
  Type?: "distinctInstance" | "memberOf";
}
export interface SchedulerSchedule_PlacementStrategy {
  Field?: string;
  Type?: "random" | "spread" | "binpack";
}
export interface SchedulerSchedule_RetryPolicy {
  MaximumEventAgeInSeconds?: number;
  MaximumRetryAttempts?: number;
}
export interface SchedulerSchedule_SageMakerPipelineParameter {
  Name: string;
  Value: string;
}
export interface SchedulerSchedule_SageMakerPipelineParameters {
  PipelineParameterList?: Array<SchedulerSchedule_SageMakerPipelineParameter>;
}
export interface SchedulerSchedule_SqsParameters {
  MessageGroupId?: string;
}
export interface SchedulerSchedule_Target {
  Arn: string;
  DeadLetterConfig?: SchedulerSchedule_DeadLetterConfig;
  EcsParameters?: SchedulerSchedule_EcsParameters;
  EventBridgeParameters?: SchedulerSchedule_EventBridgeParameters;
  Input?: string;
  KinesisParameters?: SchedulerSchedule_KinesisParameters;
  RetryPolicy?: SchedulerSchedule_RetryPolicy;
  RoleArn: string;
  SageMakerPipelineParameters?: SchedulerSchedule_SageMakerPipelineParameters;
  SqsParameters?: SchedulerSchedule_SqsParameters;
}
export interface SchedulerScheduleGroup {
  Name?: string;
  Tags?: Array<ResourceTag>;
}
export interface StepFunctionsActivity {
  EncryptionConfiguration?: StepFunctionsActivity_EncryptionConfiguration;
  Name: string;
  Tags?: Array<StepFunctionsActivity_TagsEntry>;
}
export interface StepFunctionsActivity_EncryptionConfiguration {
  KmsDataKeyReusePeriodSeconds?: number;
  KmsKeyId?: string;
  Type: "CUSTOMER_MANAGED_KMS_KEY" | "AWS_OWNED_KEY";
}
export interface StepFunctionsActivity_TagsEntry {
  Key: string;
  Value: string;
}
export interface StepFunctionsStateMachine {
  Definition?: Json;
  DefinitionS3Location?: StepFunctionsStateMachine_S3Location;
  DefinitionString?: string;
  DefinitionSubstitutions?: Record<string, string | number | boolean>;
  EncryptionConfiguration?: StepFunctionsStateMachine_EncryptionConfiguration;
  LoggingConfiguration?: StepFunctionsStateMachine_LoggingConfiguration;
  RoleArn: string;
  StateMachineName?: string;
  StateMachineType?: "STANDARD" | "EXPRESS";
  Tags?: Array<StepFunctionsStateMachine_TagsEntry>;
  TracingConfiguration?: StepFunctionsStateMachine_TracingConfiguration;
}
export interface StepFunctionsStateMachine_CloudWatchLogsLogGroup {
  LogGroupArn?: string;
}
export interface StepFunctionsStateMachine_EncryptionConfiguration {
  KmsDataKeyReusePeriodSeconds?: number;
  KmsKeyId?: string;
  Type: "CUSTOMER_MANAGED_KMS_KEY" | "AWS_OWNED_KEY";
}
export interface StepFunctionsStateMachine_LogDestination {
  CloudWatchLogsLogGroup?: StepFunctionsStateMachine_CloudWatchLogsLogGroup;
}
export interface StepFunctionsStateMachine_LoggingConfiguration {
  Destinations?: Array<StepFunctionsStateMachine_LogDestination>;
  IncludeExecutionData?: boolean;
  Level?: "ALL" | "ERROR" | "FATAL" | "OFF";
}
export interface StepFunctionsStateMachine_S3Location {
  Bucket: string;
  Key: string;
  Version?: string;
}
export interface StepFunctionsStateMachine_TagsEntry {
  Key: string;
  Value: string;
}
export interface StepFunctionsStateMachine_TracingConfiguration {
  Enabled?: boolean;
}
export interface StepFunctionsStateMachineAlias {
  DeploymentPreference?: StepFunctionsStateMachineAlias_DeploymentPreference;
  Description?: string;
  Name?: string;
  RoutingConfiguration?: Array<StepFunctionsStateMachineAlias_RoutingConfigurationVersion>;
  StateMachineArn?: string;
}
export interface StepFunctionsStateMachineAlias_DeploymentPreference {
  Alarms?: Array<string>;
  Interval?: number;
  Percentage?: number;
  StateMachineVersionArn: string;
  Type: "LINEAR" | "ALL_AT_ONCE" | "CANARY";
}
export interface StepFunctionsStateMachineAlias_RoutingConfigurationVersion {
  StateMachineVersionArn: string;
  Weight: number;
}
export interface StepFunctionsStateMachineVersion {
  Description?: string;
  StateMachineArn: string;
  StateMachineRevisionId?: string;
}
