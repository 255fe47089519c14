/**
 * Test files of test/ that share a process with others of their folder in `npm test`: a process of its own takes 0.4 s of processor
 * time. They are short, have no full version, and leave nothing behind.
 */
const sharing: Readonly<Record<string, readonly string[]>> = {
  creator: ['base', 'key-threads', 'weigh'],
  docs: [
    'alerts',
    'ci',
    'diagrams',
    'events',
    'links',
    'migrating',
    'monitoring',
    'readme',
    'reference',
    'security',
    'silent-skip',
    'support',
  ],
  iam: ['evaluate-policy', 'iam-judge', 'secrets'],
  init: [
    'annotations-file-go',
    'certificate-rotation',
    'closed-log',
    'compositions',
    'env-file',
    'file-store-kill',
    'init',
    'mesh',
    'refresh-sockets',
    'shapes',
    'ssm',
    'tls',
    'variables',
  ],
  manifests: [
    'endless-input',
    'hostile-pods',
    'kpt-update',
    'no-drift',
    'positional-patches',
    'report',
    'schema',
    'stdout',
  ],
  packaging: ['chart', 'completion', 'helm-4', 'images-command', 'install-script', 'third-party-notices'],
  repository: [
    'ci-summary',
    'claims',
    'code-shape',
    'compare',
    'directory-lock',
    'durations',
    'exports',
    'fetch-tools',
    'installed',
    'line-chart',
    'node-missing',
    'not-ended',
    'record-output',
    'run-jobs',
    'test-images',
    'versions',
    'workflows',
  ],
}

const named = new Map<string, string>(
  Object.entries(sharing).flatMap(([folder, names]) =>
    names.map((name) => [`test/${folder}/${name}.test.ts`, folder] as const),
  ),
)

/** All that share a process. */
export const sharingFiles: readonly string[] = [...named.keys()]

/** @param file relative to the root. @returns what names its process; undefined if that is its own. */
export function sharedProcessOf(file: string): string | undefined {
  const folder = named.get(file)
  return folder === undefined ? undefined : `short files of test/${folder}/`
}
