/** Which tools of the cache a test file waits for, from its text and from those of the helpers that it imports. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** By a piece of the tool's name in fetch-tools.ts. What takes longest to come is first. */
export const toolMarks = {
  // With the programs of a node, whose name in fetch-tools.ts has it too.
  Kubernetes: /\/control-plane\.ts'|\/start-node\.ts'|cachedKubernetes/,
  moto: /servers\/moto\.ts'|\.\/moto\.ts'/,
  helm: /\bhelm\(\)/,
  registry: /\/registry\.ts'/,
  kustomize: /\bkustomize\(\)/,
  actionlint: /\bactionlint\(\)/,
  'Argo CD': /\bcachedArgoCd\b/,
  cosign: /\bcachedCosign\b/,
} as const satisfies Readonly<Record<string, RegExp>>

export type ToolName = keyof typeof toolMarks
export const toolNames: readonly ToolName[] = Object.keys(toolMarks).filter(
  (name): name is ToolName => name in toolMarks,
)

/** @param file relative to the root, as all that it leads to. */
export function neededTools(root: string, file: string): readonly ToolName[] {
  const seen = new Map<string, string>()
  const see = (path: string) => {
    // Files of test/programs serve many, and say nothing of what one test uses of them.
    if (seen.has(path) || !path.startsWith('test/') || path.startsWith('test/programs/')) return
    // A test may have a source with imports as a text.
    if (!existsSync(join(root, path))) return
    const text = readFileSync(join(root, path), 'utf8')
    seen.set(path, text)
    for (const [, target = ''] of text.matchAll(/ from '(\.[^']*\.ts)'/g)) see(join(dirname(path), target))
  }
  see(file)
  return toolNames.filter((name) => [...seen.values()].some((text) => toolMarks[name].test(text)))
}
