/** What moto's IAM holds, read through the API itself. */

/** https://docs.aws.amazon.com/IAM/latest/APIReference/. moto reads the service's name in a signature and no more. */
export async function callIam(endpoint: string, query: Readonly<Record<string, string>>): Promise<string> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/iam/aws4_request'
  const body = new URLSearchParams({ Version: '2010-05-08', ...query })
  const answer = await fetch(endpoint, { method: 'POST', headers: { authorization }, body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`moto answers ${query['Action']} with ${answer.status}: ${text}`)
  return text
}

/** The names of the policies that are attached to a role, with their documents. */
export async function attachedTo(endpoint: string, role: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await callIam(endpoint, { Action: 'ListAttachedRolePolicies', RoleName: role })
  const names = valuesOf(answer, 'PolicyName')
  const documents = await Promise.all(valuesOf(answer, 'PolicyArn').map((arn) => documentOf(endpoint, arn)))
  return Object.fromEntries(names.map((name, index) => [name, documents[index]]))
}

export async function rolesOf(endpoint: string, policyArn: string): Promise<readonly string[]> {
  const answer = await callIam(endpoint, { Action: 'ListEntitiesForPolicy', PolicyArn: policyArn })
  return valuesOf(answer, 'RoleName')
}

export async function documentOf(endpoint: string, policyArn: string): Promise<unknown> {
  const policy = await callIam(endpoint, { Action: 'GetPolicy', PolicyArn: policyArn })
  const [version = ''] = valuesOf(policy, 'DefaultVersionId')
  const query = { Action: 'GetPolicyVersion', PolicyArn: policyArn, VersionId: version }
  const [document = ''] = valuesOf(await callIam(endpoint, query), 'Document')
  return JSON.parse(decodeURIComponent(document))
}

export async function inlinePolicyOf(endpoint: string, role: string, policy: string): Promise<unknown> {
  const query = { Action: 'GetRolePolicy', RoleName: role, PolicyName: policy }
  const [document = ''] = valuesOf(await callIam(endpoint, query), 'PolicyDocument')
  return JSON.parse(decodeURIComponent(document))
}

export async function trustOf(endpoint: string, role: string): Promise<unknown> {
  const answer = await callIam(endpoint, { Action: 'GetRole', RoleName: role })
  const [document = ''] = valuesOf(answer, 'AssumeRolePolicyDocument')
  return JSON.parse(decodeURIComponent(document))
}

function valuesOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(
    ([, value]) => value ?? '',
  )
}
