/** Which tools a test file needs, from its source and from the sources of the helpers that it imports. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { debianCommands } from '../tools/debian-packages.ts'

/**
 * What a test imports of a tool: it may call it by another name, or from a table. By a part of the tool's name in fetch-tools.ts. The
 * slowest to install is first.
 */
export const toolMarks = {
  // Also selects the programs of a Kubernetes node, whose name in fetch-tools.ts contains it. start-node.ts starts a file that imports them.
  // A Go program of a test that uses Kubernetes' modules is built from what has been compiled for it.
  Kubernetes: [importOf('cachedKubernetes'), /\/start-node\.ts'/, importOf('runGoModule')],
  Debian: [new RegExp(`'(${debianCommands.join('|')})'`), /'needs libpq'/],
  moto: [importOf('cachedMotoPython')],
  helm: [importOf('helm')],
  registry: [importOf('cachedRegistry')],
  kustomize: [importOf('kustomize')],
  actionlint: [importOf('actionlint')],
  'Argo CD': [importOf('cachedArgoCd')],
  Flux: [importOf('cachedFlux')],
  SARIF: [importOf('cachedSarifSchema')],
  cosign: [importOf('cachedCosign')],
  'Helm 4': [importOf('helm4')],
  OpenTofu: [importOf('tofu')],
  promtool: [importOf('promtool')],
  mermaid: [importOf('cachedMermaid')],
  'pre-commit': [importOf('cachedPreCommit')],
} as const satisfies Readonly<Record<string, readonly RegExp[]>>

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
  return toolNames.filter((name) =>
    [...seen.values()].some((text) => toolMarks[name].some((mark) => mark.test(text))),
  )
}

function importOf(name: string): RegExp {
  return new RegExp(`^import \\{[^}]*\\b${name}\\b[^}]*\\} from '`, 'm')
}
