import { mapOf } from '../../api/json.ts'
import { failed, type Peer } from '../failure.ts'
import { formatRef, type ParameterRef, type StoredParameter } from './parameter-store.ts'
import { secretValue } from '../secret-value.ts'

/** As the SDK returns it: of the right type if the response was. */
export type SsmAnswer = { readonly Parameters?: unknown; readonly InvalidParameters?: unknown }

/**
 * Matches a response of GetParameters with the request: by the name without its leading slash, because `/x` and `x` are
 * the same parameter and either may be returned, and by the selector where the response has one (`:3`, `:label`). A
 * name that is neither returned nor listed as invalid is not known to be missing.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
 */
export function readAnswer(
  refs: readonly ParameterRef[],
  answer: SsmAnswer,
  peer: Peer,
): { readonly found: readonly StoredParameter[]; readonly missing: readonly ParameterRef[] } {
  const badAnswer = (why: string) => answerFailure(why, peer)
  const open = new Map(refs.map((ref) => [bare(ref.name), ref]))
  const take = (name: string, selector: string): ParameterRef => {
    const ref = open.get(bare(name))
    if (ref === undefined || (selector !== '' && selector !== (ref.selector ?? ''))) {
      throw badAnswer('it contains a parameter that was not requested')
    }
    open.delete(bare(name))
    return ref
  }
  const found = list(answer.Parameters, badAnswer).map((parameter): StoredParameter => {
    const { Name: name, Selector: selector, Value: value, Version: version } = mapOf(parameter)
    if (typeof name !== 'string' || typeof value !== 'string' || typeof version !== 'number') {
      throw badAnswer('a parameter in it lacks its name, value or version')
    }
    const ref = take(name, typeof selector === 'string' ? selector.replace(/^:/, '') : '')
    return { ref, value: secretValue(value), version }
  })
  const missing = list(answer.InvalidParameters, badAnswer).map((text) => {
    const [name = '', selector = ''] = typeof text === 'string' ? text.split(':') : []
    return take(name, selector)
  })
  if (open.size > 0) throw badAnswer(`it omits ${[...open.values()].map(formatRef).join(', ')}`)
  return { found, missing }
}

function bare(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name
}

function list(value: unknown, badAnswer: (why: string) => Error): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw badAnswer('a member that must be a list is not one')
}

function answerFailure(why: string, peer: Peer): Error {
  const message = `GetParameters: the response is not a Parameter Store response: ${why}`
  return failed({ code: 'BAD_ANSWER', message, ...peer })
}
