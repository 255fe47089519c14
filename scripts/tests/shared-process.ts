/**
 * Test files of a folder of test/ that share a process in `npm test`: a process of its own takes 0.4 s of processor time. They do not wait
 * for long, and leave nothing behind. Those in `longer` would be too long for one process with the others.
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
  iam: ['evaluate-policy', 'iam-judge', 'provider-front', 'secrets'],
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
  docs: ['alert-rules', 'shapes', 'terraform'],
  iam: ['creator-prefixes', 'least-privilege-wire', 'refused-plans', 'terraform-module'],
  init: ['formats', 'gpg', 'java-properties', 'key-forms', 'secrets-manager', 'ssm-moto'],
  manifests: ['doctor-faults', 'export-tools', 'fidelity', 'hostile-options', 'main-job', 'variable-patches'],
}

/** These share a control plane too, whose start takes 2 s: test/servers/shared-control-plane.ts. Those of one process mostly wait, or none does. */
const onCluster: Readonly<Record<string, readonly string[]>> = {
  'creator files with a control plane': [
    'creator/creator',
    'creator/in-cluster',
    'creator/install',
    'creator/installed',
    'creator/race',
    'creator/store',
  ],
  'files with a control plane': [
    'docs/operations',
    'docs/private-certificates',
    'init/refresh-sidecar',
    'manifests/doctor',
    'manifests/gitops',
    'manifests/local-mode',
    'manifests/prune',
    'manifests/status',
    'manifests/verify-cluster',
  ],
  'waiting files with a control plane': [
    'creator/able-leader',
    'creator/kill',
    'creator/leader',
    'creator/pages',
    'creator/people',
  ],
}

const ofFolder = Object.entries({ short, longer }).flatMap(([length, folders]) =>
  Object.entries(folders).map(
    ([folder, names]) =>
      [`${length} files of test/${folder}/`, names.map((name) => `${folder}/${name}`)] as const,
  ),
)
const processes: ReadonlyMap<string, string> = new Map(
  [...ofFolder, ...Object.entries(onCluster)].flatMap(([title, files]) =>
    files.map((file) => [`test/${file}.test.ts`, title] as const),
  ),
)

/** All that share a process. */
export const sharingFiles: readonly string[] = [...processes.keys()]

/** Unless it runs in full. @param file relative to the root. @returns what names its process; undefined if that is its own. */
export function sharedProcessOf(file: string): string | undefined {
  return processes.get(file)
}
