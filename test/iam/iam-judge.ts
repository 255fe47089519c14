/**
 * Judges IAM policies by an evaluator that is not ours, https://github.com/cloud-copilot/iam-simulate: identity policies
 * alone allow the call, because the caller is a role in the resource's own account and a key's policy leaves the decision to IAM.
 */
import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate'

export type IamRequest = {
  readonly action: string
  /** The ARN, taken literally: a `*` in it is that character. Just `*` where an action knows no resources. */
  readonly resource: string
  readonly context?: Readonly<Record<string, string>>
}

/** Whether a role with these policies, and nothing else, may do that. */
export async function isAllowed(documents: readonly unknown[], request: IamRequest): Promise<boolean> {
  const simulation = simulationOf(documents, request)
  // The engine that does not check its input cannot read a key's policy; the one that does refuses what SSM would refuse.
  if (!request.action.startsWith('kms:')) return runUnsafeSimulation(simulation, {}) === 'Allowed'
  const result = await runSimulation(simulation, {})
  return result.resultType === 'single' && result.overallResult === 'Allowed'
}

/**
 * What the evaluator finds malformed, so that no request is denied just because it, or a policy, is misspelt; empty
 * where nothing is.
 */
export async function complaintsOf(
  documents: readonly unknown[],
  requests: readonly IamRequest[],
): Promise<string[]> {
  const results = await Promise.all(
    requests.map(async (request) => {
      const result = await runSimulation(simulationOf(documents, request), {})
      const about = `${request.action} on ${request.resource}`
      if (result.resultType === 'error') return [`${about}: ${JSON.stringify(result.errors)}`]
      const { ignoredContextKeys = [] } = result.resultType === 'single' ? result.result : {}
      return ignoredContextKeys.map((key) => `${about}: context key ${key} means nothing there`)
    }),
  )
  return results.flat()
}

function simulationOf(
  documents: readonly unknown[],
  { action, resource, context = {} }: IamRequest,
): Simulation {
  const [, partition = 'aws', , , account = ''] = resource.split(':')
  const accountId = /^[0-9]{12}$/.test(account) ? account : '111122223333'
  const root = `arn:${partition}:iam::${accountId}:root`
  const keyPolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' }],
  }
  // The evaluator would take a `*` in the request for a pattern too; it is replaced by a character that no policy has.
  const literal = resource === '*' ? resource : resource.replaceAll(/[*?]/g, '\ufffd')
  const simulation: Simulation = {
    request: {
      principal: `arn:${partition}:iam::${accountId}:role/judged`,
      action,
      resource: { resource: literal, accountId },
      contextVariables: { ...context },
    },
    identityPolicies: documents.map((policy, index) => ({ name: `policy ${index + 1}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(action.startsWith('kms:') ? { resourcePolicy: keyPolicy } : {}),
  }
  return withReadableKeys(simulation)
}

/**
 * The evaluator drops keys whose variable part follows a colon (`kms:EncryptionContext:PARAMETER_ARN`), so they go by
 * another name, in the policies and in the request alike, one that has a slash and means nothing to either.
 */
function withReadableKeys(simulation: Simulation): Simulation {
  const text = JSON.stringify(simulation)
  if (text.includes('aws:RequestTag/')) throw new Error('a policy or a request uses the stand-in of its own')
  const renamed: Simulation = JSON.parse(text.replaceAll('kms:EncryptionContext:', 'aws:RequestTag/'))
  return renamed
}
