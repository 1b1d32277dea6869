import { RequestLaunchTemplateData$ } from '@aws-sdk/client-ec2';
import { CreateScheduleInput$ } from '@aws-sdk/client-scheduler';
import { LoggingConfiguration$ } from '@aws-sdk/client-sfn';
import { toShape } from './to-shape';

test('members get the case that the SDK has', () => {
  const properties = {
    Level: 'ALL',
    IncludeExecutionData: true,
    Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'arn' } }],
  };
  expect(toShape(LoggingConfiguration$, properties)).toEqual({
    level: 'ALL',
    includeExecutionData: true,
    destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn' } }],
  });
});

test('texts become dates and numbers where the SDK has those', () => {
  expect(toShape(CreateScheduleInput$, { StartDate: '2026-01-02T03:04:05Z' })).toEqual({
    StartDate: new Date('2026-01-02T03:04:05Z'),
  });
  expect(toShape(RequestLaunchTemplateData$, { NetworkInterfaces: [{ DeviceIndex: '1' }] })).toEqual({
    NetworkInterfaces: [{ DeviceIndex: 1 }],
  });
});

test('a document becomes its text where the SDK has a string', () => {
  expect(toShape(CreateScheduleInput$, { Target: { Arn: 'a', Input: { answer: 42 } } })).toEqual({
    Target: { Arn: 'a', Input: '{"answer":42}' },
  });
});

test('a property that the SDK has no member for is an error', () => {
  expect(() => toShape(RequestLaunchTemplateData$, { Placement: { Shelf: 1 } })).toThrow(
    'LaunchTemplatePlacementRequest has no member for the property Placement.Shelf',
  );
});
