/**
 * Test files of a folder of test/ that share a process in `npm test`: a process of its own takes 0.4 s of processor time. No change
 * makes them run in full (long-tests.ts), they do not wait for long, and leave nothing behind. Those in `longer` would be too long for one process with the others.
 */
const short: Readonly<Record<string, readonly string[]>> = {
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
    'write-between-markers',
  ],
}

const longer: typeof short = {
  docs: ['alert-rules', 'operations', 'private-certificates', 'shapes', 'terraform'],
  iam: ['creator-prefixes', 'least-privilege-wire', 'refused-plans', 'terraform-module'],
  init: ['formats', 'gpg', 'java-properties', 'key-forms', 'secrets-manager', 'ssm-moto'],
  manifests: ['doctor-faults', 'export-tools', 'fidelity', 'hostile-options', 'main-job', 'variable-patches'],
}

const processes = new Map(
  Object.entries({ short, longer }).flatMap(([length, folders]) =>
    Object.entries(folders).flatMap(([folder, names]) =>
      names.map((name): [file: string, title: string] => [
        `test/${folder}/${name}.test.ts`,
        `${length} files of test/${folder}/`,
      ]),
    ),
  ),
)

/** All that share a process. */
export const sharingFiles: readonly string[] = [...processes.keys()]

/** @param file relative to the root. @returns what names its process; undefined if that is its own. */
export function sharedProcessOf(file: string): string | undefined {
  return processes.get(file)
}
