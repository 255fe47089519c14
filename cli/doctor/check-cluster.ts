/** The API server and the kubelets: what kees needs of them. */
import { quote } from '../../api/diagnostic.ts'
import { mapOf } from '../../api/json.ts'
import { exitCode } from '../../api/exit-code.ts'
import type { Cluster } from '../cluster/read-cluster.ts'
import { listed } from '../print/print-failures.ts'
import { type Check, checked, error, ok, unreadable, warning } from './check.ts'
import { minorOf, minorOfVariables } from './kubernetes-version.ts'
import type { Needs } from './needs.ts'
import { parseAnswer } from '../cluster/parse-answer.ts'

/** What a kubelet, or an API server, that is too old does. */
const olderKubelet =
  'such a kubelet sets the variables of the attribute env to the empty string and starts the app'

export function checkVersion(cluster: Cluster, needs: Needs): Promise<readonly Check[]> {
  const check = 'kubernetes'
  return checked(
    check,
    async () => parseAnswer(await cluster('--raw', '/version')),
    (answer) => {
      const { gitVersion } = mapOf(answer)
      const version = typeof gitVersion === 'string' ? gitVersion : ''
      const minor = minorOf(version)
      if (minor === undefined) return [unknownVersion(check, version)]
      if (!needs.variables || minor >= minorOfVariables) return [ok(check, `the API server is ${version}`)]
      const message = `the API server is ${version}, and environment variables from files (fileKeyRef) need 1.${minorOfVariables}: it refuses the pods`
      return [
        error(check, message, 'upgrade the cluster, or use a line or file in place of env', exitCode.input),
      ]
    },
  )
}

/** @param version empty: there is none. */
function unknownVersion(check: string, version: string): Check {
  const message =
    version === ''
      ? 'the response to /version has no gitVersion'
      : `the API server has a version that kees cannot read: ${quote(version)}`
  return warning(check, message, 'kubectl version shows what responds: an API server, or a proxy before it')
}

/** A name and a version on each line: very many nodes are much JSON. */
const nodeLines =
  'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.status.nodeInfo.kubeletVersion}{"\\n"}{end}'

export function checkKubelets(cluster: Cluster, needs: Needs): Promise<readonly Check[]> {
  const check = 'kubelets'
  return checked(
    check,
    () => cluster('nodes', '-o', nodeLines),
    (text) => [judgeKubelets(check, nodesIn(text), needs)],
    unreadable(check, 'list nodes'),
  )
}

type Node = { readonly name: string; readonly version: string }

function nodesIn(text: string): Node[] {
  return text
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => {
      const [name = '', version = ''] = line.split('\t')
      return { name, version }
    })
}

function judgeKubelets(check: string, nodes: readonly Node[], { kubelet }: Needs): Check {
  if (nodes.length === 0) return warning(check, 'the cluster has no nodes', 'add a node: no pod can run')
  const below = (minor: number) => nodes.filter(({ version }) => (minorOf(version) ?? 0) < minor)
  const named = (some: readonly Node[]) => listed(some.map(({ name, version }) => `${name} (${version})`))
  const older = below(kubelet?.minor ?? minorOfVariables)
  const versions = listed([...new Set(nodes.map(({ version }) => version))].toSorted())
  if (older.length === 0) return ok(check, `${nodes.length} with ${versions}`)
  if (!kubelet)
    return warning(
      check,
      `${older.length} of ${nodes.length} are below 1.${minorOfVariables}: ${named(older)}`,
      `do not use the attribute env yet: ${olderKubelet}`,
    )
  const message = `${older.length} of ${nodes.length} are below 1.${kubelet.minor} (${kubelet.because}): ${named(older)}`
  const remedy = 'upgrade these nodes, or keep the pods off them (nodeAffinity)'
  return error(check, message, `${olderKubelet}: ${remedy}`, exitCode.input)
}

const admissionGroup = 'admissionregistration.k8s.io'

/** Whether the API server has what `kees admission-policy` prints, and whether that was applied. */
export function checkAdmission(cluster: Cluster): Promise<readonly Check[]> {
  const check = 'admission'
  return checked(
    check,
    async () => parseAnswer(await cluster('--raw', `/apis/${admissionGroup}/v1`)),
    async (answer) => {
      const { resources } = mapOf(answer)
      const names = (Array.isArray(resources) ? resources : []).map((one: unknown) => mapOf(one)['name'])
      if (!names.includes('validatingadmissionpolicies'))
        return [
          warning(
            check,
            'the API server has no ValidatingAdmissionPolicy (v1): kees admission-policy cannot be applied',
            'upgrade to Kubernetes 1.30 or later; until then only kees verify finds pods that are not injected',
          ),
        ]
      const mutating = names.includes('mutatingadmissionpolicies')
        ? ''
        : '; it has no MutatingAdmissionPolicy (v1)'
      return checkPolicies(check, cluster, mutating)
    },
  )
}

const bindingLines =
  'jsonpath={range .items[*]}{.spec.policyName}{"\\t"}{.spec.validationActions}{"\\n"}{end}'

/** @param rest of the message. */
function checkPolicies(check: string, cluster: Cluster, rest: string): Promise<readonly Check[]> {
  return checked(
    check,
    () => cluster('validatingadmissionpolicybindings', '-o', bindingLines),
    (text) => {
      const ours = text.split('\n').filter((line) => /^\S+-pods\t/.test(line))
      const [binding] = ours.filter((line) => line.startsWith('kees-pods\t')).concat(ours)
      if (binding === undefined)
        return [
          warning(
            check,
            `the API server has ValidatingAdmissionPolicy, but that of kees is not bound: pods that are not injected are not refused${rest}`,
            'kees admission-policy --policy storage-policy.yaml --image IMAGE | kubectl apply -f -',
          ),
        ]
      const [name = '', actions = ''] = binding.split('\t')
      const found = `the ValidatingAdmissionPolicy ${name} is bound`
      return actions.includes('Deny')
        ? [ok(check, found + rest)]
        : [
            warning(
              check,
              `${found} with ${actions}: nothing is refused${rest}`,
              'bind it with the action Deny when it has no more warnings',
            ),
          ]
    },
    unreadable(check, 'list validatingadmissionpolicybindings'),
  )
}
