/** Judges the trust policies of roles by the evaluator of iam-judge.ts. */
import { runSimulation } from '@cloud-copilot/iam-simulate'

/** Who asks for a role, as STS sees it. */
export type Caller = {
  /** An ARN of an OIDC provider or a role, or a service. */
  readonly principal: string
  readonly action: string
  readonly context?: Readonly<Record<string, string>>
}

/**
 * @param trust the document. A caller that the evaluator does not understand is an error, not a refusal.
 * @param account the role's: a caller of another account would also need a permission there.
 */
export async function letsIn(
  trust: unknown,
  { principal, action, context = {} }: Caller,
  account = '123456789012',
): Promise<boolean> {
  const said = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource: `arn:aws:iam::${account}:role/judged`, accountId: account },
        contextVariables: withReadableKeys({ ...context }),
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: withReadableKeys(trust),
    },
    {},
  )
  if (said.resultType !== 'single') throw new Error(`the evaluator refuses ${JSON.stringify(said)}`)
  const { ignoredContextKeys = [] } = said.result
  if (ignoredContextKeys.length > 0) throw new Error(`${action} has no ${ignoredContextKeys.join(', ')}`)
  return said.overallResult === 'Allowed'
}

/** The evaluator knows no issuers with a path, as those of EKS are: here they go by the name of a tag. */
function withReadableKeys<T>(policyOrContext: T): T {
  const text = JSON.stringify(policyOrContext)
  return JSON.parse(text.replaceAll(/"(oidc\.[^":]+):(aud|sub)":/g, '"aws:RequestTag/$1-$2":'))
}
