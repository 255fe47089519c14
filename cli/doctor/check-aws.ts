/** AWS as the caller sees it: credentials, region, and what of the declarations the store has. */
import { exitCode } from '../../api/exit-code.ts'
import { type Declared, isDynamic } from '../../api/pod/pod-annotations.ts'
import type { Account } from '../../runtime/account/open-account.ts'
import { exitCodeOf, type Failure } from '../../runtime/failure.ts'
import { refOf } from '../../runtime/init/fetch/fetch-declared.ts'
import { lookUpParameters, type Standing } from '../../runtime/store/look-up-parameters.ts'
import { formatRef, isSecretRef } from '../../runtime/store/parameter-store.ts'
import { reasonOfAbsence } from '../absence.ts'
import type { OpenedStore } from '../flags/store-flag.ts'
import { listed } from '../print/print-failures.ts'
import { type Check, checked, error, ofFailure, ok, warning } from './check.ts'

/** Whether AWS accepts the credentials; who they belong to. */
export async function checkCredentials(account: Account): Promise<readonly Check[]> {
  const region = await checked(
    'region',
    () => account.region(),
    (found) => [ok('region', found)],
  )
  const isKnown = region.every(({ status }) => status === 'ok')
  if (!isKnown) return region
  const caller = await checked(
    'credentials',
    () => account.caller(),
    ({ arn }) => [ok('credentials', `you are ${arn}`)],
  )
  return [...region, ...caller]
}

const check = 'parameters'

/** Whether each declared parameter exists, without decryption. */
export async function checkParameters(
  declared: readonly Declared[],
  { store, secrets }: Pick<OpenedStore, 'store' | 'secrets'>,
): Promise<readonly Check[]> {
  if (declared.length === 0) return []
  const standings = await lookUpParameters(store, declared.map(refOf), undefined, secrets)
  const standingOf = (one: Declared): Standing | undefined => standings.get(formatRef(refOf(one)))
  const missing = declared.filter((one) => standingOf(one) === 'missing')
  const absent = missing.filter((one) => reasonOfAbsence(one, 'missing') !== undefined)
  const required = missing.filter((one) => reasonOfAbsence(one, 'missing') === undefined)
  const dynamic = required.filter(isDynamic)
  const secret = required.filter((one) => isSecretRef(refOf(one)))
  const stored = required.filter((one) => !isDynamic(one) && !isSecretRef(refOf(one)))
  const existing = [...standings.values()].filter((one) => one === 'exists').length
  const found = `${existing} of ${standings.size} exist`
  return [
    ...(existing > 0 ? [ok(check, found)] : []),
    ...missingCheck(stored, 'missing in the store', 'store each with kees put, value on standard input'),
    ...missingCheck(dynamic, 'not created yet', 'see the lines about the creator, or run kees create'),
    ...missingCheck(secret, 'missing in Secrets Manager', 'create each in the account and region of the pod'),
    ...absentCheck(absent),
    ...failures(standings),
  ]
}

function missingCheck(some: readonly Declared[], what: string, hint: string): Check[] {
  if (some.length === 0) return []
  const refs = refsOf(some)
  return [{ ...error(check, `${what}: ${listed(refs)}`, hint, exitCode.missing), refs }]
}

function absentCheck(some: readonly Declared[]): Check[] {
  if (some.length === 0) return []
  const refs = refsOf(some)
  const message = `missing, and optional or with a default: ${listed(refs)}`
  const hint = 'nothing, if the app may start without them; otherwise store each with kees put'
  return [{ ...warning(check, message, hint), refs }]
}

function refsOf(some: readonly Declared[]): string[] {
  return [...new Set(some.map((one) => formatRef(refOf(one))))]
}

/** Without credentials or a connection, all requests fail the same way: one line. */
function failures(standings: ReadonlyMap<string, Standing>): Check[] {
  const same = new Map<string, { readonly failure: Failure; readonly names: string[] }>()
  for (const [name, failure] of standings) {
    if (typeof failure === 'string') continue
    const key = [failure.code, failure.message, failure.deniedBy].join('\n')
    const one = same.get(key) ?? { failure, names: [] }
    same.set(key, one)
    one.names.push(name)
  }
  return [...same.values()].map(({ failure, names }) => ({
    ...failureCheck(failure, names),
    refs: names,
  }))
}

function failureCheck(failure: Failure, names: readonly string[]): Check {
  return failure.code === 'ACCESS_DENIED'
    ? error(
        check,
        `your role may not read ${listed(names)}: ${failure.message}`,
        failure.hint ??
          'the role of the pod may still have access: kees audit --applied compares its policies',
        exitCodeOf(failure),
      )
    : ofFailure(check, { ...failure, message: `${listed(names)}: ${failure.message}` })
}
