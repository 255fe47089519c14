/** Declarations where nobody reads them: the commonest mistakes. */
import { exitCode } from '../../api/exit-code.ts'
import { pathText } from '../yaml/edit-target.ts'
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
  const warn = (key: string, message: string, hint: string): Result => ({
    severity: 'warning',
    message: `annotation ${key}: ${message}`,
    hint,
    object,
    exit: exitCode.input,
  })
  if (templates.length === 0) {
    // On any object's own metadata they may come from a transformer that annotates everything.
    return below(root).flatMap(({ node, path }) =>
      declarationsOn(node, domain).map((key) =>
        warn(
          key,
          `stands in ${pathText([...path, 'metadata'])} of a kind that is not known, and has no effect`,
          `list the kind under ${nameOption('podTemplates')}`,
        ),
      ),
    )
  }
  const keys = new Map<string, string>()
  for (const { path } of templates) {
    for (const [depth] of path.entries()) {
      const above = path.slice(0, depth)
      const what = depth === 0 ? `the ${object.kind} itself` : pathText([...above, 'metadata'])
      for (const key of declarationsOn(nodeAt(root, above), domain)) keys.set(`${what}\n${key}`, key)
    }
  }
  return [...keys].map(([where, key]) =>
    warn(
      key,
      `stands on ${where.slice(0, where.indexOf('\n'))} and has no effect`,
      'move it to the pod template',
    ),
  )
}

function declarationsOn(node: SourceNode | undefined, domain: string): string[] {
  const ours = ['secret', 'resource', 'lease', 'init'].map((what) => `${what}.${domain}/`)
  return allEntries(lookUpPath(node, ['metadata', 'annotations']))
    .map(([key]) => key)
    .filter((key) => ours.some((prefix) => key.startsWith(prefix)))
}

type Path = readonly (string | number)[]

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
