import { closeSync, openSync } from 'node:fs'
import t from 'tap'
import { isTerminal } from './is-terminal.ts'

t.test('neither a file nor a device that is no terminal is one', async (t) => {
  for (const path of [import.meta.filename, '/dev/null']) {
    const descriptor = openSync(path, 'r')
    t.teardown(() => closeSync(descriptor))
    t.equal(isTerminal(process, descriptor), false, path)
  }
})

t.test('a pseudo-terminal is one', { skip: process.platform !== 'linux' && 'Linux only' }, async (t) => {
  const descriptor = openSync('/dev/ptmx', 'r+')
  t.teardown(() => closeSync(descriptor))
  t.equal(isTerminal(process, descriptor), true)
})
