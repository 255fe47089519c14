/** Which tools a test file needs, from its source and from the sources of the helpers that it imports. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** By a part of the tool's name in fetch-tools.ts. The slowest to install is first. */
export const toolMarks = {
  // Also selects the programs of a Kubernetes node, whose name in fetch-tools.ts contains it.
  Kubernetes: /\/control-plane\.ts'|\/start-node\.ts'|cachedKubernetes/,
  moto: /servers\/moto\.ts'|\.\/moto\.ts'/,
  helm: /\bhelm\(\)/,
  registry: /\/registry\.ts'/,
  kustomize: /\bkustomize\(\)/,
  actionlint: /\bactionlint\(\)/,
  'Argo CD': /\bcachedArgoCd\b/,
  Flux: /\bcachedFlux\b/,
  SARIF: /\bcachedSarifSchema\b/,
  cosign: /\bcachedCosign\b/,
  'Helm 4': /\bhelm4\(\)/,
  OpenTofu: /\btofu\(\)/,
  promtool: /\bpromtool\(\)/,
  mermaid: /\bcachedMermaid\b/,
  'pre-commit': /\bcachedPreCommit\b/,
} as const satisfies Readonly<Record<string, RegExp>>

type ToolName = keyof typeof toolMarks
export const toolNames: readonly ToolName[] = Object.keys(toolMarks).filter(
  (name): name is ToolName => name in toolMarks,
)

/** @param file relative to the root. */
export function neededTools(root: string, file: string): readonly ToolName[] {
  const seen = new Map<string, string>()
  const see = (path: string) => {
    // Files of test/programs are shared: what they import does not show what one test uses.
    if (seen.has(path) || !path.startsWith('test/') || path.startsWith('test/programs/')) return
    // A test may contain the source of another file in a string.
    if (!existsSync(join(root, path))) return
    const text = readFileSync(join(root, path), 'utf8')
    seen.set(path, text)
    for (const [, target = ''] of text.matchAll(/ from '(\.[^']*\.ts)'/g)) see(join(dirname(path), target))
  }
  see(file)
  return toolNames.filter((name) => [...seen.values()].some((text) => toolMarks[name].test(text)))
}
