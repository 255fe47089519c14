/** `npm run test:node` that is killed as users and CI systems kill it: nothing of the node is left behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { root } from '../../programs/programs.ts'
import { untapped } from '../../programs/untapped.ts'
import { processesIn, processesOfNode } from '../node-process.ts'
import { cgroupsOf, homePrefix } from '../node-remains.ts'
import { namedNode, sessionVariable } from '../node-session.ts'
import { nodeTestsMissing } from '../use-node.ts'

t.setTimeout(1_800_000)

const skip = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset')
/** For a whole run, where only its outermost process is killed. */
const patience = 900_000

t.test('the run is killed with all processes of its group', { skip }, (t) =>
  killed(t, (processId) => process.kill(-processId, 'SIGKILL')),
)

t.test('only its outermost process is killed', { skip }, (t) =>
  killed(t, (processId) => process.kill(processId, 'SIGKILL')),
)

/** @param kill ends the run by the process that leads its group. */
async function killed(t: Test, kill: (processId: number) => void): Promise<void> {
  const npm = spawn(...untapped('npm', ['run', '--silent', 'test:node']), {
    cwd: root,
    env: { ...process.env, [sessionVariable]: '' },
    stdio: 'ignore',
    detached: true,
  })
  const { pid = 0 } = npm
  const ended = once(npm, 'close')
  t.teardown(() => npm.exitCode ?? npm.signalCode ?? process.kill(-pid, 'SIGTERM'))
  let home = ''
  await eventually(
    'a pod runs on its node',
    () => {
      home = globSync(`${homePrefix}*`).find((one) => isBelow(supervisorOf(one), pid)) ?? ''
      // Without a folder, the cgroups of any other node would do.
      if (home === '' || !cgroupsOf(home).some((one) => one.includes('/kubepods/'))) return false
      return processesIn(processesOfNode(home).space).length > 8
    },
    patience,
  )
  const { supervisor, space } = processesOfNode(home)
  const all = descendants(pid)
  kill(pid)
  await ended
  await eventually('all of its processes are gone', () => !all.some(isRunning), patience)
  await eventually('so are those of the node', () => processesIn(space).length === 0, patience)
  await eventually('and the supervisor', () => !isRunning(supervisor), patience)
  t.notOk(existsSync(home))
  t.strictSame(cgroupsOf(home), [])
  t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), home)
  // test/node/inside names them. Others may be of containers that anybody on the machine starts or stops meanwhile.
  t.strictSame(
    readdirSync('/sys/class/net').filter((name) => /^node\d/.test(name)),
    [],
  )
}

function supervisorOf(home: string): number {
  return Number(home.slice(homePrefix.length).split('-')[0])
}

function descendants(processId: number): number[] {
  return globSync('/proc/[0-9]*')
    .map((path) => Number(path.slice('/proc/'.length)))
    .filter((one) => isBelow(one, processId))
}

function isBelow(processId: number, above: number): boolean {
  for (let at = processId; at > 1; at = parentOf(at)) if (at === above) return true
  return false
}

function parentOf(processId: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(statusOf(processId))?.[1] ?? 0)
}

/** One that has ended may wait for its new parent to see it. */
function isRunning(processId: number): boolean {
  return /^State:\s+[^ZX]/m.test(statusOf(processId))
}

function statusOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/status`, 'utf8')
  } catch {
    // ENOENT: there is no such process.
    return ''
  }
}
