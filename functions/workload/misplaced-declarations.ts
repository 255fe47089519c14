/** Declarations outside the pod templates, where nothing reads them: the most common error. */
import { exitCode } from '../../api/exit-code.ts'
import { type Path, pathText } from '../yaml/edit-target.ts'
import type { Result } from '../krm/result.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { PodTemplate } from './pod-template.ts'
import { groupsOfKind } from './pod-template-kinds.ts'
import type { SourceNode } from '../yaml/node.ts'
import { allEntries, lookUp } from '../yaml/value.ts'
import type { WorkloadConfig } from './workload-options.ts'

type Options = Pick<WorkloadConfig, 'annotationDomain' | 'nameOption'>

/** None for declarations on the pod templates. @param templates those of the item. */
export function misplacedDeclarations(
  item: ManifestItem,
  templates: readonly PodTemplate[],
  options: Options,
): Result[] {
  return templates.length === 0
    ? ofUnknownKind(item, options)
    : aroundTemplates(item, templates, options.annotationDomain)
}

/** Wherever they are: charts, Helm releases and operators have annotations of pods under names of their own. */
function ofUnknownKind(item: ManifestItem, { annotationDomain, nameOption }: Options): Result[] {
  const { object, root } = item
  const found = below(root).flatMap(({ node, path }) =>
    declarationsIn(node, annotationDomain).map((key) => ({ key, path })),
  )
  const missing = (['apiVersion', 'kind'] as const).filter((field) => object[field] === '')
  if (missing.length > 0) {
    return found.map(({ key, path }) => ({
      ...resultOf(item, path, key, `has no effect: the object has no ${missing.join(' and no ')}`, ''),
      severity: 'error',
      hint: 'add it: kubectl does not apply the object without it',
    }))
  }
  return found
    .filter(({ path }) => !isOwnMetadata(path) || copiesMetadata(item))
    .map(({ key, path }) => {
      const message = `has no effect in ${pathText(withoutAnnotations(path))} of a kind that is not known`
      return resultOf(item, path, key, message, hintFor(item, path, nameOption('podTemplates')))
    })
}

function hintFor({ object }: ManifestItem, path: Path, option: string): string {
  if (!isMetadata(path))
    return 'build the objects that the controller or the chart makes of it, and inject those'
  const groups = groupsOfKind(object.kind).map((group) =>
    group === '' ? 'the core group' : `group ${group}`,
  )
  const list = `list the kind under ${option}`
  return groups.length === 0 ? list : `did you mean ${object.kind} of ${groups.join(' or ')}? Else ${list}`
}

/** Of a kind that is known: the metadata of the object itself, and those between it and the pod template. */
function aroundTemplates(item: ManifestItem, templates: readonly PodTemplate[], domain: string): Result[] {
  const found = new Map<string, Result>()
  for (const { path } of templates) {
    for (const [depth] of path.entries()) {
      const above = [...path.slice(0, depth), 'metadata', 'annotations']
      const where =
        depth === 0
          ? `the metadata of the ${item.object.kind} itself`
          : pathText([...path.slice(0, depth), 'metadata'])
      for (const key of declarationsIn(nodeAt(item.root, above), domain)) {
        const message = `has no effect in ${where}`
        found.set(`${where}\n${key}`, resultOf(item, above, key, message, 'move it to the pod template'))
      }
    }
  }
  return [...found.values()]
}

function resultOf({ object }: ManifestItem, path: Path, key: string, message: string, hint: string): Result {
  const subject = `annotation ${key}`
  return {
    severity: 'warning',
    message,
    hint,
    object,
    subject,
    field: [...path, key],
    exit: exitCode.input,
  }
}

function isOwnMetadata(path: Path): boolean {
  return path.length === 2 && path[0] === 'metadata' && path[1] === 'annotations'
}

/**
 * On any other object's own metadata they may come from a transformer that annotates everything. Tekton copies them to the pods.
 * https://tekton.dev/docs/pipelines/labels/
 */
function copiesMetadata({ object: { apiVersion, kind } }: ManifestItem): boolean {
  return apiVersion.startsWith('tekton.dev/') && (kind === 'TaskRun' || kind === 'PipelineRun')
}

function isMetadata(path: Path): boolean {
  return path.length > 2 && path.at(-2) === 'metadata' && path.at(-1) === 'annotations'
}

function withoutAnnotations(path: Path): Path {
  return path.at(-1) === 'annotations' ? path.slice(0, -1) : path
}

function declarationsIn(node: SourceNode | undefined, domain: string): string[] {
  const ours = ['secret', 'resource', 'compose', 'lease', 'init'].map((what) => `${what}.${domain}/`)
  return allEntries(node)
    .map(([key]) => key)
    .filter((key) => ours.some((prefix) => key.startsWith(prefix)))
}

function nodeAt(root: SourceNode, path: Path): SourceNode | undefined {
  return path.reduce<SourceNode | undefined>(
    (node, step) =>
      typeof step === 'string'
        ? lookUp(node, step)
        : node?.type === 'sequence'
          ? node.items[step]
          : undefined,
    root,
  )
}

/** The maps below, each where it is written: an alias shows nothing new. */
function below(node: SourceNode, path: Path = []): { readonly node: SourceNode; readonly path: Path }[] {
  const inside = (child: SourceNode, step: string | number) => {
    const place = [...path, step]
    const deeper = below(child, place)
    return child.type === 'map' ? [{ node: child, path: place }, ...deeper] : deeper
  }
  if (node.type === 'sequence') return node.items.flatMap((item, index) => inside(item, index))
  if (node.type !== 'map') return []
  return node.entries.flatMap(({ key, value }) => inside(value, key.text))
}
