import type { Kubectl, KubectlOutput } from '../flags/command.ts'

/** What kubectl prints about each kind of object, by the first argument of `kubectl get`; `/…` with --raw. */
export type FakeWorld = Readonly<Record<string, string | { readonly stderr: string }>>

export const forbidden = {
  stderr: 'Error from server (Forbidden): nodes is forbidden: User "dev" cannot list resource "nodes"\n',
}
export const notFound = { stderr: 'Error from server (NotFound): leases "kees-creator" not found\n' }

export function listText(...items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

export const creatorDeployment = {
  metadata: { namespace: 'kees', name: 'kees-creator' },
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name: 'creator', image: 'bsycorp/kees-creator:v0.1.0', env: [] }] } },
  },
  status: { readyReplicas: 2 },
}

export function leaseText(holder: string, renewed: Date): string {
  const spec = { holderIdentity: holder, leaseDurationSeconds: 15, renewTime: renewed.toISOString() }
  return JSON.stringify({ spec })
}

export function admissionText(...names: readonly string[]): string {
  return JSON.stringify({ resources: names.map((name) => ({ name })) })
}

/** A cluster without faults. */
export function healthyWorld(): FakeWorld {
  return {
    '/version': JSON.stringify({ gitVersion: 'v1.36.3' }),
    nodes: 'node-1\tv1.36.3\nnode-2\tv1.35.0\n',
    '/apis/admissionregistration.k8s.io/v1': admissionText(
      'validatingadmissionpolicies',
      'mutatingadmissionpolicies',
    ),
    validatingadmissionpolicybindings: 'kees-pods\t["Deny"]\n',
    'deployments,statefulsets': '',
    'applications.argoproj.io': listText(),
    deployments: listText(creatorDeployment),
    lease: leaseText('kees-creator-1', new Date()),
    events: listText(),
  }
}

/** The lines of the table, each of a warning or an error without what to do. */
export function linesWithoutHint(printed: string): readonly string[] {
  return printed
    .split(/\n(?=\S)/)
    .filter((line) => /^\S+ +(warning|error) /.test(line) && !/\n +hint: \S/.test(line))
}

/** @param asked each call is added to it. */
export function fakeKubectl(world: FakeWorld, asked: string[] = []): Kubectl {
  return async (args): Promise<KubectlOutput> => {
    asked.push(args.join(' '))
    const [, first = '', second = ''] = args
    const answer = world[first === '--raw' ? second : first] ?? notFound
    return typeof answer === 'string'
      ? { status: 0, stdout: answer, stderr: '' }
      : { status: 1, stdout: '', stderr: answer.stderr }
  }
}
