import type { AttributeValues, StoreAttribute, Taker, ValuesOn } from './attribute-entry.ts'
import { attributeTable } from './attribute-table.ts'
import {
  formatValues,
  knownOn,
  readAttributes,
  readValues,
  refusedOn,
  type Report,
} from './attribute-values.ts'
import { formatAttributes, parseAttributes } from './attributes.ts'
import { bounds } from '../bounds.ts'
import { readReferences, type Reference } from './composition-text.ts'
import type { Declaration } from './declaration.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import { validateGroupName } from './group.ts'
import { isGenerated, secretKinds, type SecretType, secretTypes } from './secret-type.ts'

type Values = AttributeValues<typeof attributeTable>

type ParsedDeclaration = {
  /** Absent when there is an error among the diagnostics. */
  readonly declaration?: Declaration
  /** Of a composition, also where there is an error. */
  readonly references: readonly Reference[]
  readonly diagnostics: readonly AnnotationDiagnostic[]
}

/** @param annotation the whole key, for the diagnostics. @param name what follows its slash. */
export function parseDeclaration(
  what: Declaration['what'],
  annotation: string,
  name: string,
  text: string,
): ParsedDeclaration {
  const diagnostics: AnnotationDiagnostic[] = []
  const report: Report = (code, wrong, severity = 'error') => {
    const one = typeof wrong === 'string' ? { message: wrong } : wrong
    diagnostics.push({ severity, code, annotation, ...one })
  }
  const known = readBefore.get(`${what} ${text}`)
  const read = known ?? readText(what, text, report)
  if (read === undefined) return { references: [], diagnostics }
  if (known === undefined && diagnostics.length === 0) remember(what, text, read)
  const { taker, type, values } = read
  if (taker === 'DYNAMIC' && type !== undefined && isGenerated(type)) {
    const wrong = validateGroupName(type, name, values.storageKey ?? name)
    if (wrong !== undefined) report('BAD_NAME', wrong)
  }
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  // Of too many, an error is not lost for a warning.
  const shown =
    diagnostics.length <= bounds.diagnostics
      ? diagnostics
      : [...errors, ...diagnostics.filter((one) => !errors.includes(one))].slice(0, bounds.diagnostics)
  const references = taker === 'compose' ? readReferences(read.text) : []
  return errors.length > 0
    ? { references, diagnostics: shown }
    : { declaration: declarationOf(taker, name, values), references, diagnostics: shown }
}

/** What a text says, whatever the name of the declaration is. */
type ReadText = {
  readonly taker: Taker
  readonly type: SecretType | undefined
  readonly values: Partial<Values>
  /** Of a composition. */
  readonly text: string
}

/** @returns undefined where there are too many attributes. */
function readText(what: Declaration['what'], text: string, report: Report): ReadText | undefined {
  const {
    attributes,
    diagnostics: syntax,
    malformed = [],
    tooMany,
  } = parseAttributes(text, what === 'compose' ? 'text' : undefined)
  if (tooMany) report('TOO_LARGE', `the value has more than ${bounds.attributes} attributes`)
  if (tooMany) return undefined
  for (const one of syntax) report('SYNTAX', one)
  const { known, refused } = namesOn[what]
  const given = readAttributes(known, refused, attributes, malformed, report)
  const type = secretTypes.find((one) => one === given.get('type'))
  const kind = secretKinds.find((one) => one === given.get('kind'))
  // Until the kind is known, what a REFERENCE may have is judged.
  const taker = what === 'secret' ? (kind ?? 'REFERENCE') : what
  const values = readValues<Values>(attributeTable, given, { taker, type, from: storeOf(given) }, report)
  return { taker, type, values, text: given.get('text') ?? '' }
}

/** The texts in which nothing is wrong: most declarations of an input have one of few, such as `kind=DYNAMIC,type=PASSWORD,size=256`. */
const readBefore = new Map<string, ReadText>()
/** So it has at most 128 KiB, whoever writes the annotations. */
const [mostTexts, longestText] = [256, 256]

function remember(what: Declaration['what'], text: string, read: ReadText): void {
  if (text.length > longestText) return
  if (readBefore.size >= mostTexts) readBefore.clear()
  readBefore.set(`${what} ${text}`, read)
}

/** The text that parseDeclaration reads back as the same declaration. */
export function formatDeclaration(declaration: Declaration): string {
  return formatAttributes(formatValues<Values>(attributeTable, declaration))
}

/** The kinds of declarations, by the prefix of the annotation, that may have attributes. */
const takersOf = {
  secret: secretKinds,
  resource: ['resource'],
  compose: ['compose'],
} as const satisfies Readonly<Record<Declaration['what'], readonly Taker[]>>

const namesOf = (takers: readonly Taker[]) => ({
  known: knownOn(attributeTable, takers),
  refused: refusedOn(attributeTable, takers),
})

/** Once for all declarations, of which there may be very many. */
const namesOn = {
  secret: namesOf(takersOf.secret),
  resource: namesOf(takersOf.resource),
  compose: namesOf(takersOf.compose),
}

/** @param given undefined where the name of the attribute is misspelt. */
function storeOf(given: ReadonlyMap<string, string | undefined>): StoreAttribute {
  if (!given.has('from')) return undefined
  return given.get('from') === 'secretsmanager' ? 'secretsmanager' : 'unknown'
}

/** Throws on what readValues would have reported. */
function declarationOf(taker: Taker, name: string, values: Partial<Values>): Declaration {
  if (taker === 'resource') return { what: 'resource', name, ...values }
  if (taker === 'compose' && hasRequired(values, taker)) return { what: 'compose', name, ...values }
  if (taker === 'DYNAMIC' && hasRequired(values, taker) && isGenerated(values.type))
    return { what: 'secret', name, ...values, kind: taker, type: values.type }
  if (taker === 'REFERENCE' && hasRequired(values, taker))
    return { what: 'secret', name, ...values, kind: taker }
  throw new Error('a declaration lacks an attribute')
}

function hasRequired<W extends Taker>(
  values: Partial<Values>,
  taker: W,
): values is Partial<Values> & ValuesOn<typeof attributeTable, W> {
  return requiredOn[taker].every((name) => Object.hasOwn(values, name))
}

const requiredNames = (taker: Taker): readonly string[] =>
  Object.entries(attributeTable).flatMap(([name, { required }]) =>
    required.some((one) => one === taker) ? [name] : [],
  )

const requiredOn = {
  DYNAMIC: requiredNames('DYNAMIC'),
  REFERENCE: requiredNames('REFERENCE'),
  resource: requiredNames('resource'),
  compose: requiredNames('compose'),
}
