import { fitsDotenv } from './dotenv-quotes.ts'
import type { SecretsFormat } from '../secrets-format.ts'

type Refused = readonly [isIn: (value: string) => boolean, what: string]

/** SSM returns Unicode text, but an escape in JSON can be half of a surrogate pair. */
const halfCharacter: Refused = [(value) => !value.isWellFormed(), 'is not Unicode text']
const nul: Refused = [(value) => value.includes('\0'), 'contains a NUL character']
const lineEnd: Refused = [(value) => /[\n\v\f\r\u0085\u2028\u2029]/.test(value), 'contains a line end']
const readOtherwise: Refused = [
  (value) => !fitsDotenv(value),
  'contains quotes, backslashes or a dollar sign that programs read in different ways',
]

/** What no value may contain; the end of a sentence. */
const refused: Readonly<Record<SecretsFormat, readonly Refused[]>> = {
  properties: [],
  dotenv: [halfCharacter, nul, lineEnd, readOtherwise],
  shell: [halfCharacter, nul],
  json: [],
  yaml: [halfCharacter],
  files: [halfCharacter],
}

const kubelet = 'which the kubelet cannot read into an environment variable'

/** Of the file from which the kubelet sets variables, whose values it reads between single quotes. */
const refusedInVariable: readonly Refused[] = [
  [(value) => value === '', 'is empty, which the kubelet takes for missing'],
  halfCharacter,
  [(value) => value.includes("'"), `contains a single quote, ${kubelet}`],
  [(value) => value.includes('\r'), `contains a carriage return, ${kubelet}`],
  [nul[0], `${nul[1]}, which no environment variable can contain`],
]

/** Why an environment variable cannot have a value, if it cannot: the end of a sentence, which contains nothing of the value. */
export function whyUnfitVariable(value: string): string | undefined {
  return refusedInVariable.find(([isIn]) => isIn(value))?.[1]
}

/** Why a format cannot hold a value, if it cannot: the end of a sentence, which contains nothing of the value. */
export function whyUnfit(format: SecretsFormat, value: string): string | undefined {
  const found = refused[format].find(([isIn]) => isIn(value))
  return found && `${found[1]}, which the format ${format} cannot represent`
}
