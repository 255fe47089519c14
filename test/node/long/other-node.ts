/**
 * All tests on a node that another process has started, and that only KEES_NODE, KEES_NODE_LOAD and KEES_NODE_HOST name, as kind
 * or EKS would be named. They run in the network of the node, where its address is one of this machine.
 */
import { join } from 'node:path'
import t from 'tap'
import { parseTap } from '../../../scripts/results/tap-results.ts'
import { onlyFailures } from '../../../scripts/tests/subtests.ts'
import { runBeside } from '../../programs/run-beside.ts'
import { startInProcess } from '../node-process.ts'
import { namedNode, sessionVariable } from '../node-session.ts'
import { nodeTestsMissing } from '../use-node.ts'

t.setTimeout(1_800_000)

const skip = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset')

t.test('the tests run on the node that the environment names', { skip }, async (t) => {
  const { access, inside } = await startInProcess(t)
  const env = {
    // What kubectl inside the node uses.
    KEES_NODE: join(access.home, 'kubeconfig'),
    KEES_NODE_LOAD: access.load.join(' '),
    KEES_NODE_HOST: access.host,
    [sessionVariable]: '',
    // Two tests are skipped on it.
    KEES_NO_SKIPS: '',
  }
  const command = [`--target=${inside}`, '--net', '--', process.execPath, 'scripts/test-node.ts']
  const { status, stdout, stderr } = await runBeside('nsenter', command, { env, timeout: 1_500_000 })
  t.equal(status, 0, `${onlyFailures(stdout)}${stderr}`)
  const { skipped } = parseTap(stdout)
  t.strictSame(
    skipped.map(({ reason }) => reason),
    Array(2).fill('needs KEES_NODE unset'),
    'only what our own node leaves behind and the network that is cut are not tested',
  )
  t.match(stdout, /^ +ok \d+ - from annotations to the file that the app reads/m)
})
