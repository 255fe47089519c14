/**
 * What a pod's annotations declare. Every program reads them with this code, so what init fetches, what the policy
 * allows and what the creator makes are the same names.
 *
 *     secret.<domain>/<name>      what the creator creates (DYNAMIC) or somebody stores (REFERENCE)
 *     resource.<domain>/<name>    a setting in the same store
 *     compose.<domain>/<name>     a text made of the values of the others
 *     init.<domain>/<name>        a setting of the pod: pod-settings.ts
 *
 * The values of the first three are in the grammar of attributes.ts. `lease.<domain>/…` of the first kees is refused: Kubernetes
 * itself numbers the pods of a StatefulSet and of an indexed Job.
 */
import { groupBy } from '../group-by.ts'
import { injectedAnnotation } from '../declaration/annotation-domain.ts'
import { bounds, validateTotal, validateValue } from '../bounds.ts'
import { misspeltDomain, unknownPrefix } from '../declaration/annotation-prefix.ts'
import type { Reference } from '../declaration/composition-text.ts'
import {
  type Composition,
  type Declaration,
  type DynamicSecret,
  isInSecretsManager,
  type StoredDeclaration,
} from '../declaration/declaration.ts'
import { groupOf } from '../declaration/group.ts'
import { about, type AnnotationDiagnostic, type Diagnostic, type DiagnosticCode } from '../diagnostic.ts'
import { judgeLocalMode } from './judge-local-mode.ts'
import { parameterName, parseParameterName } from '../declaration/parameter-name.ts'
import { formatDeclaration, parseDeclaration } from '../declaration/parse-declaration.ts'
import { judgeReferences, judgeUnused, type Named, type ReadComposition } from './references.ts'
import {
  formatSettings,
  podSettings,
  type PodSettings,
  type PodSettingValues,
  readSetting,
} from './pod-settings.ts'

/** A declaration that is right in itself, with the parameter that it names. */
export type Declared<D extends StoredDeclaration = StoredDeclaration> = {
  /** The whole annotation key. */
  readonly annotation: string
  readonly declaration: D
  /** With its leading slash, without a selector. Of Secrets Manager (isInSecretsManager), the whole name of the secret. */
  readonly parameter: string
}

/** A composition whose references are all declared. */
export type Composed = { readonly annotation: string; readonly declaration: Composition }

export type PodAnnotations = {
  /** At least one secret, resource or lease declaration, well-formed or not. `init.…` alone is none. */
  readonly annotated: boolean
  /** One bad declaration does not stop the others. */
  readonly declared: readonly Declared[]
  readonly composed: readonly Composed[]
  readonly settings: PodSettings
  /** The annotation that turns local mode on; absent where it is off. */
  readonly localMode?: string
  readonly diagnostics: readonly AnnotationDiagnostic[]
}

export type Annotation = readonly [key: string, value: string]

/** For good: an index that Kubernetes gives to a pod needs no store, no scan of it, and is never given twice. */
const refusedLease: Diagnostic = {
  message: 'lease is not supported, and will not be',
  hint:
    'read the index of the pod by the downward API: of a StatefulSet the label apps.kubernetes.io/pod-index, ' +
    'of an indexed Job the annotation batch.kubernetes.io/job-completion-index',
}

/** The limit of a Kubernetes annotation's name: what is after the slash. */
const namePattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/

/** @param annotations the pod template's, each key once. */
export function parsePodAnnotations(annotations: Iterable<Annotation>, domain: string): PodAnnotations {
  const diagnostics: AnnotationDiagnostic[] = []
  const all = [...annotations]
  const ours = all.flatMap(([key, value]) => {
    const [what, name] = splitKey(key, domain)
    return what === undefined || name === undefined ? [] : [{ key, what, name, value }]
  })
  const declarations = ours.filter(({ what }) => isDeclared(what))
  const total = validateTotal(ours)
  const excess = total ?? (declarations.length > bounds.declarations ? tooMany(declarations) : undefined)
  if (excess) {
    const refused = diagnostic('TOO_LARGE', excess.key, excess.wrong)
    return {
      annotated: declarations.length > 0,
      declared: [],
      composed: [],
      settings: {},
      diagnostics: [refused],
    }
  }
  const { prefix, settings } = readSettings(ours, diagnostics)
  const misspelt = all.flatMap(([key]) => misspeltDomain(key, domain))
  diagnostics.push(...misspelt.slice(0, bounds.diagnostics))
  const declared: Declared[] = []
  const compositions: ReadComposition[] = []
  const named: Named[] = []
  let annotated = false
  for (const { key, what, name, value } of ours) {
    if (what === 'init') continue
    if (diagnostics.length >= bounds.podDiagnostics) {
      const message = `this and what follows is not read: ${bounds.podDiagnostics} or more things are wrong with this pod`
      diagnostics.push(diagnostic('TOO_LARGE', key, { message }))
      break
    }
    if (!isDeclared(what)) {
      diagnostics.push(unknownPrefix(key, what, domain))
      continue
    }
    annotated = true
    if (what === 'lease') {
      diagnostics.push(diagnostic('NOT_SUPPORTED', key, refusedLease))
      continue
    }
    named.push({ what, name, annotation: key })
    const { declaration, references } = readDeclaration(what, key, name, value, diagnostics)
    if (what === 'compose') {
      const composition = declaration?.what === 'compose' ? declaration : undefined
      compositions.push({ annotation: key, name, references, declaration: composition })
    } else if (declaration && declaration.what !== 'compose') {
      const one = nameParameter(declaration, key, prefix, diagnostics)
      if (one) declared.push(one)
    }
  }
  const composed = judgeCompositions(compositions, named, declared, diagnostics)
  const pod = { annotated, declared, composed, settings, diagnostics }
  if (settings['local-mode'] !== true) return pod
  const left = Math.max(0, bounds.podDiagnostics - diagnostics.length)
  diagnostics.push(...judgeLocalMode(declared).slice(0, left))
  return { ...pod, localMode: `init.${domain}/local-mode` }
}

/** The annotations that parsePodAnnotations reads back as the same declarations and settings. */
export function formatPodAnnotations(
  declarations: Iterable<Declaration>,
  prefix: string,
  settings: PodSettings,
  domain: string,
): Annotation[] {
  const annotations: Annotation[] = []
  for (const declaration of declarations) {
    const key = `${declaration.what}.${domain}/${declaration.name}`
    annotations.push([key, formatDeclaration(declaration)])
  }
  const all = { ...(prefix === '' ? {} : { 'storage-prefix': prefix }), ...settings }
  return [...annotations, ...formatSettings<PodSettingValues>(podSettings, all, domain)]
}

export function isDynamic(declared: Declared): declared is Declared<DynamicSecret> {
  return declared.declaration.what === 'secret' && declared.declaration.kind === 'DYNAMIC'
}

function isDeclared(what: string): what is Declaration['what'] | 'lease' {
  return what === 'secret' || what === 'resource' || what === 'compose' || what === 'lease'
}

/** @returns those whose references are declared; what is wrong is reported. */
function judgeCompositions(
  compositions: readonly ReadComposition[],
  named: readonly Named[],
  declared: readonly Declared[],
  diagnostics: AnnotationDiagnostic[],
): readonly Composed[] {
  const names = groupBy(named, ({ name }) => name)
  const jwks = new Set(
    declared
      .filter(({ declaration }) => declaration.what === 'secret' && declaration.as === 'jwk')
      .map(({ declaration }) => declaration.name),
  )
  const composed: Composed[] = []
  for (const one of compositions) {
    if (diagnostics.length >= bounds.podDiagnostics) break
    const found = judgeReferences(one, names, jwks)
    diagnostics.push(...found)
    const { annotation, declaration } = one
    if (declaration && !found.some(({ severity }) => severity === 'error'))
      composed.push({ annotation, declaration })
  }
  // Of a composition that is wrong, it is not known what it uses.
  if (compositions.every(({ declaration }) => declaration !== undefined)) {
    const left = Math.max(0, bounds.podDiagnostics - diagnostics.length)
    diagnostics.push(...judgeUnused(declared, compositions).slice(0, left))
  }
  return composed
}

function tooMany(declarations: readonly Ours[]): { readonly key: string; readonly wrong: Diagnostic } {
  const message = `the pod has ${declarations.length} declarations: at most ${bounds.declarations} are allowed`
  return { key: declarations[bounds.declarations]?.key ?? '', wrong: { message } }
}

function splitKey(key: string, domain: string): [what?: string, name?: string] {
  if (key === injectedAnnotation) return []
  const slash = key.indexOf('/')
  const suffix = `.${domain}`
  if (slash < 0 || !key.slice(0, slash).endsWith(suffix)) return []
  return [key.slice(0, slash - suffix.length), key.slice(slash + 1)]
}

type Ours = {
  readonly key: string
  readonly what: string
  readonly name: string
  readonly value: string
}

/** The prefix is absent when it is wrong: then no declaration of the pod has a parameter name. */
function readSettings(
  ours: readonly Ours[],
  diagnostics: AnnotationDiagnostic[],
): { readonly settings: PodSettings; readonly prefix: string | undefined } {
  const values: Partial<PodSettingValues> = {}
  const wrong = new Set<string>()
  for (const { key, what, name, value } of ours) {
    if (what !== 'init') continue
    const report = (code: DiagnosticCode, found: readonly Diagnostic[]) => {
      wrong.add(name)
      diagnostics.push(...found.map((one) => diagnostic(code, key, one)))
    }
    const tooLarge = validateValue(value)
    if (tooLarge) report('TOO_LARGE', [tooLarge])
    else readSetting<PodSettingValues>(podSettings, name, value, values, report)
  }
  const { 'storage-prefix': prefix = '', ...settings } = values
  return { settings, prefix: wrong.has('storage-prefix') ? undefined : prefix }
}

type ReadDeclaration = {
  readonly declaration: Declaration | undefined
  readonly references: readonly Reference[]
}

function readDeclaration(
  what: Declaration['what'],
  key: string,
  name: string,
  text: string,
  diagnostics: AnnotationDiagnostic[],
): ReadDeclaration {
  if (!namePattern.test(name)) {
    const allowed = 'at most 63 letters, digits, "-", "_" and ".", the first and last a letter or digit'
    diagnostics.push(
      diagnostic('BAD_NAME', key, { message: `the name after the slash is not allowed: ${allowed}` }),
    )
  }
  const tooLarge = validateValue(text)
  if (tooLarge) {
    diagnostics.push(diagnostic('TOO_LARGE', key, tooLarge))
    return { declaration: undefined, references: [] }
  }
  const { declaration, references, diagnostics: wrong } = parseDeclaration(what, key, name, text)
  for (const one of wrong) diagnostics.push(one)
  return { declaration: namePattern.test(name) ? declaration : undefined, references }
}

/** @param prefix undefined where it is wrong. */
function nameParameter(
  declaration: StoredDeclaration,
  key: string,
  prefix: string | undefined,
  diagnostics: AnnotationDiagnostic[],
): Declared | undefined {
  const { name } = declaration
  if (isInSecretsManager(declaration)) {
    return { annotation: key, declaration, parameter: declaration.storageKey ?? name }
  }
  if (prefix === undefined) return undefined
  const { value: parameter, diagnostics: unnamed } = parameterName(prefix, declaration.storageKey ?? name)
  if (unnamed !== undefined) {
    const [code, subject]: [DiagnosticCode, string] =
      declaration.storageKey === undefined ? ['BAD_NAME', 'the name'] : ['BAD_STORAGE_KEY', 'storageKey']
    diagnostics.push(...about(subject, unnamed).map((one) => diagnostic(code, key, one)))
    return undefined
  }
  const declared = { annotation: key, declaration, parameter }
  if (!isDynamic(declared)) return declared
  // The other part's name is longer by a letter than `…_public`.
  const others = groupOf(declared.declaration, parameter).parts.filter((part) => part.parameter !== parameter)
  const parts = others.map((part) => parseParameterName(part.parameter))
  const wrong = parts.find((part) => part.diagnostics !== undefined)?.diagnostics
  if (wrong === undefined) return declared
  diagnostics.push(
    ...about('the other part of the pair', wrong).map((one) => diagnostic('BAD_NAME', key, one)),
  )
  return undefined
}

function diagnostic(code: DiagnosticCode, annotation: string, wrong: Diagnostic): AnnotationDiagnostic {
  return { severity: 'error', code, annotation, ...wrong }
}
