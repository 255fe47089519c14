import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm'

type Stored = { readonly value: string; readonly version: number; readonly type: string }

/** All parameters of a store below a prefix, read with the client of the AWS SDK and not with that of kees. */
export async function storedBelow(endpoint: string, prefix: string): Promise<ReadonlyMap<string, Stored>> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new SSMClient({ endpoint, region: 'eu-west-1', credentials })
  const found = new Map<string, Stored>()
  let next: string | undefined
  do {
    const page = await client.send(
      new GetParametersByPathCommand({
        Path: prefix,
        Recursive: true,
        WithDecryption: true,
        ...(next === undefined ? {} : { NextToken: next }),
      }),
    )
    for (const { Name = '', Value = '', Version = 0, Type = '' } of page.Parameters ?? []) {
      found.set(Name, { value: Value, version: Version, type: Type })
    }
    next = page.NextToken
  } while (next !== undefined)
  client.destroy()
  return found
}
