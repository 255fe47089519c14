/** A table of the Java kees: its items and their names, as it writes them. On moto's DynamoDB. */

export type JavaItem = { readonly name: string; readonly value: string }

/** The output of `aws dynamodb scan --output json`, all pages in one as the AWS CLI prints them. */
type Scan = {
  readonly Items: readonly unknown[]
  readonly Count: number
  readonly ScannedCount: number
}

/** @param endpoint of moto, which verifies no signature. */
export async function makeJavaTable(
  endpoint: string,
  table: string,
  items: readonly JavaItem[],
): Promise<void> {
  await call(endpoint, 'CreateTable', {
    TableName: table,
    KeySchema: [{ AttributeName: 'secretName', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'secretName', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
  for (const { name, value } of items)
    await call(endpoint, 'PutItem', {
      TableName: table,
      Item: { secretName: { S: name }, secretValue: { S: value } },
      ConditionExpression: 'attribute_not_exists(secretName)',
    })
}

export async function scanTable(endpoint: string, table: string, limit?: number): Promise<Scan> {
  const items: unknown[] = []
  let next: unknown
  do {
    const page = await call(endpoint, 'Scan', {
      TableName: table,
      ...(limit === undefined ? {} : { Limit: limit }),
      ...(next === undefined ? {} : { ExclusiveStartKey: next }),
    })
    items.push(...page.Items)
    next = page.LastEvaluatedKey
  } while (next !== undefined)
  return { Items: items, Count: items.length, ScannedCount: items.length }
}

async function call(endpoint: string, action: string, input: object): Promise<Answer> {
  const scope = 'AKIDEXAMPLE/20260101/eu-west-1/dynamodb/aws4_request'
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${action}: ${response.status} ${answer}`)
  const { Items = [], LastEvaluatedKey } = JSON.parse(answer)
  return { Items, LastEvaluatedKey }
}

type Answer = { readonly Items: readonly unknown[]; readonly LastEvaluatedKey: unknown }
