/** What the policies of a role in AWS mean for the names that it needs, and what else they allow. Pure. */
import type { Grant } from '../../functions/export-iam/grants/grant.ts'
import { declaredKey } from '../../functions/export-iam/grants/granted-names.ts'
import {
  action as readAction,
  anySuffix,
  type AwsTarget,
  contextKey,
  decryptAction,
  parameterArn,
  secretAction,
  secretArn,
  secretContextKey,
  serviceHost,
  viaServiceKey,
} from '../../functions/export-iam/grants/policy.ts'
import { type KmsKeys, kmsKeyOf, secretKeyOf } from '../../functions/export-iam/options/kms-keys.ts'
import type { RolePolicies } from '../../runtime/account/role-policies.ts'
import {
  evaluateRole,
  matchesAction,
  type PolicyRequest,
  statementsOf,
  textsOf,
  type Verdict,
} from './evaluate-policy.ts'

export type RoleRights = {
  /** By declaredKey of each name. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** Resources beyond these names that statements allow to be read, as the policies have them, sorted. */
  readonly excess: readonly string[]
}

export function rightsOf(
  { policies, boundary }: RolePolicies,
  grant: Pick<Grant, 'parameters' | 'secrets'>,
  target: AwsTarget,
  kmsKeys: KmsKeys,
): RoleRights {
  const documents = policies.map(({ document }) => document)
  const judge = (requests: readonly PolicyRequest[]) =>
    least(requests.map((request) => evaluateRole(documents, boundary?.document, request)))
  const context = contextOf(target)
  const verdicts = new Map<string, Verdict>()
  for (const name of grant.parameters) {
    const resource = parameterArn(name, target)
    const key = kmsKeyOf(name, kmsKeys)?.arn
    const decrypt = key === undefined ? [] : [decryptRequest(key, contextKey, resource, 'ssm', target)]
    verdicts.set(
      declaredKey('parameters', name),
      judge([{ action: readAction, resource, context }, ...decrypt]),
    )
  }
  for (const name of grant.secrets) {
    const key = secretKeyOf(name, kmsKeys)?.arn
    const either = secretArns(name, target, documents).map((resource) => {
      const decrypt =
        key === undefined ? [] : [decryptRequest(key, secretContextKey, resource, 'secretsmanager', target)]
      return judge([{ action: secretAction, resource, context }, ...decrypt])
    })
    verdicts.set(declaredKey('secrets', name), most(either))
  }
  return { verdicts, excess: excessOf(documents, grant, target) }
}

function contextOf({ region, account }: AwsTarget): ReadonlyMap<string, string> {
  return new Map([
    ['aws:requestedregion', region],
    ['aws:resourceaccount', account],
    ['aws:principalaccount', account],
    ['aws:securetransport', 'true'],
  ])
}

function decryptRequest(
  key: string,
  contextOfKey: string,
  arn: string,
  service: 'ssm' | 'secretsmanager',
  target: AwsTarget,
): PolicyRequest {
  const context = new Map([
    ...contextOf(target),
    [contextOfKey.toLowerCase(), arn],
    [viaServiceKey.toLowerCase(), serviceHost(service, target)],
  ])
  return { action: decryptAction, resource: key, context }
}

/** The ARN of a secret ends in six characters that only AWS knows: any, and those that a policy names. */
function secretArns(name: string, target: AwsTarget, documents: readonly unknown[]): readonly string[] {
  const base = secretArn(name, target).slice(0, -anySuffix.length)
  const named = documents
    .flatMap(statementsOf)
    .flatMap(({ Resource }) => textsOf(Resource))
    .filter((arn) => arn.startsWith(`${base}-`) && /^-[A-Za-z0-9]{6}$/.test(arn.slice(base.length)))
  return [`${base}-AbCd12`, ...named]
}

/** All of them must be allowed. */
function least(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('denied')) return 'denied'
  return verdicts.includes('unknown') ? 'unknown' : 'allowed'
}

function most(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('allowed')) return 'allowed'
  return verdicts.includes('unknown') ? 'unknown' : 'denied'
}

/** The actions that show values of what they are allowed on. */
const readsName = ['ssm:GetParameters', 'ssm:GetParameter', secretAction]
/** These show more than the value: children, and earlier values. */
const readsMore = ['ssm:GetParametersByPath', 'ssm:GetParameterHistory']

function excessOf(
  documents: readonly unknown[],
  { parameters, secrets }: Pick<Grant, 'parameters' | 'secrets'>,
  target: AwsTarget,
): string[] {
  const needed = new Set(parameters.map((name) => parameterArn(name, target)))
  const bases = secrets.map((name) => secretArn(name, target).slice(0, -anySuffix.length))
  const isNeeded = (arn: string) =>
    needed.has(arn) ||
    bases.some(
      (base) => arn.startsWith(`${base}-`) && /^-([A-Za-z0-9]{6}|\?{6})$/.test(arn.slice(base.length)),
    )
  const found = documents.flatMap(statementsOf).flatMap((statement) => {
    const { Effect, Action, NotAction, Resource, NotResource } = statement
    if (Effect !== 'Allow') return []
    const allows = (action: string) =>
      Action === undefined
        ? !textsOf(NotAction).some((one) => matchesAction(one, action))
        : textsOf(Action).some((one) => matchesAction(one, action))
    const more = readsMore.filter(allows)
    if (more.length === 0 && !readsName.some(allows)) return []
    if (Resource === undefined) return [`everything but ${textsOf(NotResource).join(', ')}`]
    return textsOf(Resource)
      .filter(mayBeRead)
      .flatMap((arn) => (isNeeded(arn) ? more.map((action) => `${arn} (${action})`) : [arn]))
  })
  return [...new Set(found)].toSorted()
}

/** A statement may be about other services too. */
function mayBeRead(arn: string): boolean {
  return (
    arn === '*' ||
    /^arn:[^:]*:(ssm|secretsmanager|[^:]*[*?][^:]*):/.test(arn) ||
    !/^arn:([^:]*:){4}/.test(arn)
  )
}
