/**
 * The module `cfn-response`, which CloudFormation puts beside the inline code of a Node.js function.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html
 */
export const cfnResponse = `'use strict';
const https = require('node:https');

exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';

exports.send = (event, context, status, data, physicalResourceId, noEcho) =>
  new Promise((resolve) => {
    const body = JSON.stringify({
      Status: status,
      Reason: 'See the details in CloudWatch Log Stream: ' + context.logStreamName,
      PhysicalResourceId: physicalResourceId || context.logStreamName,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      NoEcho: noEcho || false,
      Data: data,
    });
    const { hostname, pathname, search } = new URL(event.ResponseURL);
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const end = () => {
      resolve();
      context.done();
    };
    const request = https.request(
      { hostname, port: 443, path: pathname + search, method: 'PUT', headers },
      (response) => {
        console.log('Status code: ' + response.statusCode);
        response.resume();
        end();
      },
    );
    request.on('error', (error) => {
      console.log('send(..) failed executing https.request(..): ' + error);
      end();
    });
    request.end(body);
  });
`;
