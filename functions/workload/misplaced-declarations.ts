/** Declarations outside the pod templates, where nothing reads them: the most common error. */
import { bounds } from '../../api/bounds.ts'
import { injectedAnnotation } from '../../api/declaration/annotation-domain.ts'
import { exitCode } from '../../api/exit-code.ts'
import { didYouMean } from '../../api/suggest.ts'
import { type Path, pathText } from '../yaml/edit-target.ts'
import type { Result } from '../krm/result.ts'
import { annotationOf, type ManifestItem } from '../krm/manifest-item.ts'
import type { PodTemplate } from './pod-template.ts'
import { declarationsIn, findDeclarations, type FoundDeclaration } from './find-declarations.ts'
import { apiVersionsOfKind, templatePaths } from './pod-template-kinds.ts'
import type { SourceNode } from '../yaml/node.ts'
import { lookUp, lookUpPath } from '../yaml/value.ts'
import type { WorkloadConfig } from './workload-options.ts'
import { listKind, ofWrongVersion } from './wrong-version.ts'

type Options = Pick<WorkloadConfig, 'annotationDomain' | 'nameOption' | 'podTemplates'>

export type Misplaced = {
  readonly results: readonly Result[]
  /**
   * On the metadata of an object that has no pod template, by annotation. It is as well if a pod template of the input has the same one:
   * `commonAnnotations` of kustomize annotates everything.
   */
  readonly onMetadata: readonly { readonly annotation: string; readonly result: Result }[]
}

/** None for declarations on the pod templates. @param templates those of the item. */
export function misplacedDeclarations(
  item: ManifestItem,
  templates: readonly PodTemplate[],
  options: Options,
): Misplaced {
  if (templates.length === 0) return withoutTemplates(item, options)
  // Nearly all.
  const isAll = isAllOf(item, templates, options.annotationDomain)
  const around = isAll ? [] : aroundTemplates(item, templates, options.annotationDomain)
  const beside = isAll ? [] : besideTemplates(item, templates, options)
  const ofVersion = ofWrongVersion(item, options).filter(() =>
    templates.some((one) => isDeclaredAt(one, options)),
  )
  return { results: [...ofVersion, ...around, ...beside], onMetadata: [] }
}

/**
 * Whether the text of the object has the domain no more often than the annotations that are known already, so that there is nothing to find elsewhere:
 * nearly always, and much faster than to look at every node. Escapes and aliases may hide one. The document may have very many other objects.
 */
function isAllOf(item: ManifestItem, templates: readonly PodTemplate[], domain: string): boolean {
  const { document, root } = item
  const source = document.source.slice(root.start, root.end)
  if (document.aliased.size > 0 || source.includes('\\')) return false
  const text = `.${domain}/`
  let left = 0
  for (const { annotations } of templates) for (const [key] of annotations) if (key.includes(text)) left++
  // Of the object's own annotations, the record of the injection.
  if (injectedAnnotation.includes(text) && templates.every(({ path }) => path.length > 0))
    if (annotationOf(item, injectedAnnotation) !== undefined) left++
  for (let at = source.indexOf(text); at >= 0; at = source.indexOf(text, at + 1))
    if (left-- === 0) return false
  return true
}

function isDeclaredAt({ node }: PodTemplate, { annotationDomain }: Options): boolean {
  return declarationsIn(lookUpPath(node, ['metadata', 'annotations']), annotationDomain).length > 0
}

function withoutTemplates(item: ManifestItem, options: Options): Misplaced {
  const { annotationDomain, nameOption, podTemplates } = options
  const { object, root } = item
  const found = findDeclarations(root, annotationDomain).slice(0, bounds.diagnostics)
  const missing = (['apiVersion', 'kind'] as const).filter((field) => object[field] === '')
  if (missing.length > 0) {
    const message = `has no effect: the object has no ${missing.join(' and no ')}`
    const hint = 'add it: kubectl does not apply the object without it'
    return {
      results: found.map(({ key, field }) => ({
        ...resultOf(item, field, key, message, hint),
        severity: 'error',
      })),
      onMetadata: [],
    }
  }
  const paths = templatePaths(object, podTemplates)
  const results: Result[] = found.length > 0 ? ofWrongVersion(item, options) : []
  const onMetadata = []
  for (const one of found) {
    const { key, path, field, inText } = one
    if (isOwnMetadata(path)) {
      const message = `has no effect in the metadata of the ${object.kind} itself`
      const result = resultOf(item, field, key, message, hintForMetadata(item))
      if (copiesMetadata(item)) results.push(result)
      else onMetadata.push({ annotation: key, result })
      continue
    }
    const where = pathText(withoutAnnotations(path)) + (inText ? ` (${inText})` : '')
    results.push(
      paths.length > 0
        ? resultOf(item, field, key, `has no effect in ${where}`, moveTo(paths))
        : resultOf(
            item,
            field,
            key,
            `has no effect in ${where} of a kind that is not known`,
            hintFor(item, one, nameOption),
          ),
    )
  }
  return { results, onMetadata }
}

const built = 'build the objects that the controller or the chart makes of it, and inject those'

function hintFor(
  { object }: ManifestItem,
  { path, inText }: FoundDeclaration,
  nameOption: Options['nameOption'],
): string {
  if (inText !== undefined || !isMetadata(path)) return built
  const list = listKind(nameOption)
  const { hint } = didYouMean(...apiVersionsOfKind(object.kind))
  return hint === undefined ? list : `${hint} Else ${list}`
}

/** @param paths of the pod templates of a known kind. */
function moveTo(paths: readonly (readonly string[])[]): string {
  const places = paths.map((path) => [...path, 'metadata', 'annotations'].join('.').replaceAll('.*', '[*]'))
  return `move it to ${places.join(' or ')}`
}

/** Kubernetes' own kinds that have no pods; what others make of their annotations, their documentation says. */
function hintForMetadata({ object: { apiVersion, kind } }: ManifestItem): string {
  // Its own metadata is that of its pod template, in the right group.
  const { hint } = kind === 'Pod' ? didYouMean(...apiVersionsOfKind(kind)) : {}
  if (hint !== undefined) return hint
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['']
  const isOfKubernetes = !group.includes('.') || group.endsWith('.k8s.io')
  return isOfKubernetes
    ? 'move it to the pod template of the workload'
    : `move it to where the kind has the annotations of its pods, and ${built}`
}

/** Of a kind that is known: the metadata of the object itself, and those between it and the pod template. */
function aroundTemplates(item: ManifestItem, templates: readonly PodTemplate[], domain: string): Result[] {
  const found = new Map<string, Result>()
  for (const { path } of templates) {
    let node: SourceNode | undefined = item.root
    for (const [depth, step] of path.entries()) {
      const declared = declarationsIn(lookUpPath(node, ['metadata', 'annotations']), domain)
      node = childOf(node, step)
      if (declared.length === 0) continue
      const above = [...path.slice(0, depth), 'metadata', 'annotations']
      const where =
        depth === 0
          ? `the metadata of the ${item.object.kind} itself`
          : pathText([...path.slice(0, depth), 'metadata'])
      for (const key of declared) {
        const message = `has no effect in ${where}`
        found.set(
          `${where}\n${key}`,
          resultOf(item, [...above, key], key, message, 'move it to the pod template'),
        )
      }
    }
  }
  return [...found.values()]
}

/** Elsewhere in an object that has pod templates, such as `spec.template` of a CronJob. */
function besideTemplates(item: ManifestItem, templates: readonly PodTemplate[], options: Options): Result[] {
  const results: Result[] = []
  // One path for all nodes, because nearly none of them is reported.
  const path: (string | number)[] = []
  const visit = (node: SourceNode): void => {
    if (results.length >= bounds.diagnostics) return
    if (node.type === 'sequence') {
      for (let index = 0; index < node.items.length; index++) visitBelow(index, node.items[index])
    } else if (node.type === 'map') {
      if (path.at(-1) === 'annotations' && !templates.some((one) => isAround(path, one))) report(node)
      for (const { key, value } of node.entries) visitBelow(key.text, value)
    }
  }
  const visitBelow = (step: string | number, node: SourceNode | undefined): void => {
    if (node === undefined || node.type === 'scalar') return
    path.push(step)
    visit(node)
    path.pop()
  }
  const report = (node: SourceNode): void => {
    const own = declarationsIn(node, options.annotationDomain)
    if (own.length === 0) return
    const message = `has no effect in ${pathText(withoutAnnotations(path))}`
    const hint = moveTo(templatePaths(item.object, options.podTemplates))
    results.push(...own.map((key) => resultOf(item, [...path, key], key, message, hint)))
  }
  visit(item.root)
  return results.slice(0, bounds.diagnostics)
}

/** Whether a path is that of the annotations of a pod template, or of something that the template is in. */
function isAround(path: Path, template: PodTemplate): boolean {
  return path.at(-2) === 'metadata' && path.slice(0, -2).every((step, index) => step === template.path[index])
}

function resultOf({ object }: ManifestItem, field: Path, key: string, message: string, hint: string): Result {
  const subject = `annotation ${key}`
  return {
    severity: 'warning',
    message,
    hint,
    object,
    subject,
    field,
    exit: exitCode.input,
  }
}

function isOwnMetadata(path: Path): boolean {
  return path.length === 2 && path[0] === 'metadata' && path[1] === 'annotations'
}

/** Tekton copies its annotations to the pods. https://tekton.dev/docs/pipelines/labels/ */
function copiesMetadata({ object: { apiVersion, kind } }: ManifestItem): boolean {
  return apiVersion.startsWith('tekton.dev/') && (kind === 'TaskRun' || kind === 'PipelineRun')
}

function isMetadata(path: Path): boolean {
  return path.length > 2 && path.at(-2) === 'metadata' && path.at(-1) === 'annotations'
}

function withoutAnnotations(path: Path): Path {
  return path.at(-1) === 'annotations' ? path.slice(0, -1) : path
}

function childOf(node: SourceNode | undefined, step: Path[number]): SourceNode | undefined {
  if (typeof step === 'string') return lookUp(node, step)
  return node?.type === 'sequence' ? node.items[step] : undefined
}
