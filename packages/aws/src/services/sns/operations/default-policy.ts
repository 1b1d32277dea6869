/** What a topic permits whose owner has not said otherwise. */
export function defaultPolicy(topicArn: string, owner: string): object {
  const verbs = [
    'GetTopicAttributes',
    'SetTopicAttributes',
    'AddPermission',
    'RemovePermission',
    'DeleteTopic',
  ];
  const actions = [...verbs, 'Subscribe', 'ListSubscriptionsByTopic', 'Publish'];
  return {
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: actions.map((verb) => `SNS:${verb}`),
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': owner } },
      },
    ],
  };
}
