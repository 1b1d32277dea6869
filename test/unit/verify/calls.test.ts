import { CallCounter } from '../../../cli/verify/calls';

test('each call is counted by its service, those that fail too', () => {
  const { logger, byService } = counter();
  logger.info({ clientName: 'EC2Client', commandName: 'DescribeVpcsCommand', metadata: { attempts: 1 } });
  logger.info({ clientName: 'EC2Client', commandName: 'RunInstancesCommand', metadata: { attempts: 3 } });
  logger.error({ clientName: 'SSMClient', commandName: 'GetParameterCommand' });
  logger.info('something else');
  expect(byService()).toEqual({ EC2: 4, SSM: 1 });
});

function counter() {
  const calls = new CallCounter();
  return { logger: calls.logger, byService: () => calls.byService() };
}
