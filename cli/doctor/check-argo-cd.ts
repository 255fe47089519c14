/**
 * Whether the Argo CD of the cluster knows the field `fileKeyRef`: it compares by the types of the k8s.io/api module that it was built with, and
 * reports "field not declared in schema" for fields of later versions. FileKeySelector is in k8s.io/api since v0.34.0, which Argo CD has since v3.2.0.
 */
import { listOf, mapOf } from '../../api/json.ts'
import { exitCode } from '../../api/exit-code.ts'
import type { Cluster } from '../cluster/read-cluster.ts'
import { listed } from '../print/print-failures.ts'
import { type Check, checked, error, ok, unreadable, warning } from './check.ts'
import type { Needs } from './needs.ts'
import { parseAnswer } from '../cluster/parse-answer.ts'

const leastMajor = 3
const leastMinor = 2
const remedy = `upgrade Argo CD to ${leastMajor}.${leastMinor} or later, or use a line or file in place of env`

/** All images of the pods of Argo CD, as its manifests and charts label them. */
const imageLines =
  'jsonpath={range .items[*]}{range .spec.template.spec.containers[*]}{.image}{"\\n"}{end}{end}'

/** Without variables there is nothing that it must know. */
export function checkArgoCd(cluster: Cluster, needs: Needs): Promise<readonly Check[]> {
  const check = 'argo-cd'
  if (!needs.variables) return Promise.resolve([])
  const labelled = ['-A', '-l', 'app.kubernetes.io/part-of=argocd', '-o', imageLines]
  return checked(
    check,
    () => cluster('deployments,statefulsets', ...labelled),
    async (text) => {
      const versions = [...new Set(text.split('\n').flatMap(versionIn))].toSorted()
      if (versions.length === 0) return []
      const found = `Argo CD ${listed(versions)}`
      const older = versions.filter((version) => !knowsField(version))
      const judged =
        older.length === 0
          ? ok(check, `${found} knows the field fileKeyRef`)
          : warning(
              check,
              `${found} does not know the field fileKeyRef: a server-side diff fails with "field not declared in schema"`,
              remedy,
            )
      return [judged, ...(await checkApplications(check, cluster))]
    },
    unreadable(check, 'list deployments and statefulsets in all namespaces'),
  )
}

function versionIn(image: string): string[] {
  const [, version] = /(?:^|\/)argocd:(v?\d+\.\d+[\w.-]*)/.exec(image) ?? []
  return version === undefined ? [] : [version]
}

function knowsField(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

/** What Argo CD itself says about the field. */
function checkApplications(check: string, cluster: Cluster): Promise<readonly Check[]> {
  return checked(
    check,
    async () => parseAnswer(await cluster('applications.argoproj.io', '-A', '-o', 'json')),
    (answer) => {
      const names = listOf(mapOf(answer)['items']).filter(hasSchemaError).map(nameIn)
      if (names.length === 0) return []
      const message = `Argo CD cannot compare ${listed(names)}: it does not know the field fileKeyRef`
      return [error(check, message, remedy, exitCode.input)]
    },
    (failure) =>
      failure.code === 'MISSING' ? [] : unreadable(check, 'list applications.argoproj.io')(failure),
  )
}

function hasSchemaError(application: unknown): boolean {
  return listOf(mapOf(mapOf(application)['status'])['conditions']).some((condition) => {
    const { message } = mapOf(condition)
    return typeof message === 'string' && /fileKeyRef.*not declared in schema/.test(message)
  })
}

function nameIn(application: unknown): string {
  const { namespace, name } = mapOf(mapOf(application)['metadata'])
  return `${String(namespace)}/${String(name)}`
}
