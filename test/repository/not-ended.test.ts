/** A command of a test that hangs. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import t from 'tap'
import { notEnded } from '../programs/not-ended.ts'
import { runBeside } from '../programs/run-beside.ts'

t.test('the error names the command, what it printed, and the processes that are left of it', async (t) => {
  const begun = Date.now()
  const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  t.teardown(() => left.kill())
  await once(left, 'spawn')
  const { message } = notEnded('kpt', ['fn', 'doc'], { stdout: '', stderr: 'x'.repeat(5000) }, begun)
  t.match(message, /^kpt fn doc did not end within \d+ s\nstdout: \(nothing\)\nstderr: x{4000}\n/)
  if (existsSync('/proc/uptime')) t.match(message, `  ${left.pid} of ${process.pid} `)
})

t.test('a process that it left behind does not keep the test from its error', async (t) => {
  const waits = 'setTimeout(() => {}, 60_000)'
  const program = `require('node:child_process').spawn(process.execPath, ['-e', '${waits}'], {stdio: 'inherit', detached: true}).once('spawn', function () { console.log(this.pid); ${waits} })`
  const error: unknown = await runBeside(process.execPath, ['-e', program], { timeout: 2000 }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  t.match(error, /did not end within/)
  const [, pid] = /stdout: (\d+)/.exec(String(error)) ?? []
  if (pid !== undefined) process.kill(Number(pid))
})
