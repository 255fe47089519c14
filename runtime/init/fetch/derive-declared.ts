/** The values of what is declared in local mode: everybody can compute them, and no store is opened. */
import { formatDuration } from '../../../api/duration.ts'
import { exitCode } from '../../../api/exit-code.ts'
import type { StoredDeclaration } from '../../../api/declaration/declaration.ts'
import { localSourceOf } from '../../../api/declaration/local-source.ts'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import { invalid, type Parsed } from '../../../api/parsed.ts'
import type { Declared } from '../../../api/pod/pod-annotations.ts'
import { localDeriver } from '../../local/derive-value.ts'
import type { Clock } from '../../scheduling/clock.ts'
import { type SecretValue, secretValue } from '../../secret-value.ts'
import { decodeBase64, textOf } from '../../../api/decode-base64.ts'
import { type Fetched, type FetchedValue, mismatchedPairs, refOf } from './fetch-declared.ts'
import type { InitDiagnostic } from './report.ts'

export async function deriveDeclared(
  declared: readonly Declared[],
  { deadline }: Pick<InitEnv, 'deadline'>,
  clock: Pick<Clock, 'now'>,
): Promise<Fetched> {
  const start = clock.now()
  const derive = localDeriver()
  const values: FetchedValue[] = []
  const diagnostics: InitDiagnostic[] = []
  for (const one of declared) {
    // A key takes seconds of the processor, and a pod may declare a thousand.
    if (clock.now() - start > deadline)
      return { values, diagnostics: [tooLate(values.length, declared.length, deadline)] }
    const { value, diagnostics: wrong = [] } = await valueOf(one, derive)
    const asIs = { ...one, declaration: withoutForms(one.declaration) }
    if (wrong.length === 0) values.push({ declared: asIs, stored: value && { ref: refOf(one), ...value } })
    diagnostics.push(...wrong.map((each) => wrongAttribute(one, each.message)))
  }
  const mismatched = mismatchedPairs(values).map(({ annotation }) => ({
    ...wrongAttribute({ annotation }, 'localValue and that of the other part of the key pair do not match'),
    hint: 'set localValue of both parts, or of none',
  }))
  return { values, diagnostics: [...diagnostics, ...mismatched] }
}

type LocalValue = { readonly value: SecretValue; readonly isBinary?: true }

/** Nothing where it is absent, and the declaration says what then. The messages follow the annotation. */
async function valueOf(
  { declaration }: Declared,
  derive: ReturnType<typeof localDeriver>,
): Promise<Parsed<LocalValue | undefined>> {
  const source = localSourceOf(declaration)
  if (source.from === 'text') return { value: { value: secretValue(source.text) } }
  if (source.from === 'base64') return decoded(source.text)
  if (source.from === 'seed') return { value: { value: await derive(source) } }
  return source.from === 'absence' ? { value: undefined } : invalid('attribute "localValue" is missing')
}

function decoded(text: string): Parsed<LocalValue> {
  const bytes = decodeBase64(text)
  if (bytes.diagnostics) return invalid('localModeValue is not base64')
  const { value } = textOf(bytes.value)
  return {
    value:
      value === undefined
        ? { value: secretValue(bytes.value.toString('base64')), isBinary: true }
        : { value: secretValue(value) },
  }
}

/** The value is as it is after these. */
function withoutForms(declaration: StoredDeclaration): StoredDeclaration {
  if (declaration.what === 'secret' && declaration.kind === 'DYNAMIC') return declaration
  const { jsonKey: _jsonKey, decode: _decode, ...rest } = declaration
  return rest
}

function wrongAttribute({ annotation }: Pick<Declared, 'annotation'>, message: string): InitDiagnostic {
  return {
    exit: exitCode.input,
    message: `annotation ${annotation}: ${message}`,
    fields: { annotation, code: 'INVALID_VALUE' },
  }
}

function tooLate(done: number, all: number, deadline: number): InitDiagnostic {
  return {
    exit: exitCode.unreachable,
    message: `the values of local mode were not derived within DEADLINE (${formatDuration(deadline)}): ${done} of ${all} are`,
    hint: 'raise the CPU limit of init, declare shorter or fewer keys, or give them a localValue',
  }
}
