/** Declarations outside the pod template, where nothing reads them: the most common error. */
import { exitCode } from '../../api/exit-code.ts'
import { type Path, pathText } from '../yaml/edit-target.ts'
import type { Result } from '../krm/result.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { PodTemplate } from './pod-template.ts'
import type { SourceNode } from '../yaml/node.ts'
import { allEntries, lookUp, lookUpPath } from '../yaml/value.ts'
import type { WorkloadConfig } from './workload-options.ts'

/** Warnings; none for declarations on the pod templates. @param templates those of the item. */
export function misplacedDeclarations(
  item: ManifestItem,
  templates: readonly PodTemplate[],
  { annotationDomain: domain, nameOption }: Pick<WorkloadConfig, 'annotationDomain' | 'nameOption'>,
): Result[] {
  const { object, root } = item
  const warn = (path: Path, key: string, message: string, hint: string): Result => ({
    severity: 'warning',
    message,
    hint,
    object,
    subject: `annotation ${key}`,
    field: [...path, 'metadata', 'annotations', key],
    exit: exitCode.input,
  })
  if (templates.length === 0) {
    // On any object's own metadata they may come from a transformer that annotates everything.
    return below(root).flatMap(({ node, path }) =>
      declarationsOn(node, domain).map((key) => {
        const message = `has no effect in ${pathText([...path, 'metadata'])} of a kind that is not known`
        return warn(path, key, message, `list the kind under ${nameOption('podTemplates')}`)
      }),
    )
  }
  const found = new Map<string, Result>()
  for (const { path } of templates) {
    for (const [depth] of path.entries()) {
      const above = path.slice(0, depth)
      const where =
        depth === 0 ? `the metadata of the ${object.kind} itself` : pathText([...above, 'metadata'])
      for (const key of declarationsOn(nodeAt(root, above), domain)) {
        const message = `has no effect in ${where}`
        found.set(`${where}\n${key}`, warn(above, key, message, 'move it to the pod template'))
      }
    }
  }
  return [...found.values()]
}

function declarationsOn(node: SourceNode | undefined, domain: string): string[] {
  const ours = ['secret', 'resource', 'lease', 'init'].map((what) => `${what}.${domain}/`)
  return allEntries(lookUpPath(node, ['metadata', 'annotations']))
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
  return node.entries.flatMap(({ key, value }) => (key.type === 'scalar' ? inside(value, key.text) : []))
}
