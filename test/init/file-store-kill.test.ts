/** The promise of the file store: a parameter exists whole or not at all, whenever its maker is killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { openFileParameterStore } from '../../runtime/store/file-parameter-store.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { untapped } from '../programs/untapped.ts'

const rounds = 8
/** Long enough for a kill to meet the writing of it. */
const value = 'k'.repeat(4_000_000)
const about = { description: '' }

/** Creates /p0, /p1, … until it is killed, and prints each name once the store has answered. */
const maker = (folder: string) => `
  import { openFileParameterStore } from ${JSON.stringify(import.meta.resolve('../../runtime/store/file-parameter-store.ts'))}
  import { secretValue } from ${JSON.stringify(import.meta.resolve('../../runtime/secret-value.ts'))}
  const store = openFileParameterStore(${JSON.stringify(folder)})
  for (let index = 0; ; index++) {
    await store.create('/p' + index, secretValue('k'.repeat(${value.length})), { description: '' })
    process.stdout.write('/p' + index + '\\n')
  }`

/** @returns the names that the process printed before it was killed. */
async function makeAndKill(folder: string): Promise<string[]> {
  const child = spawn(...untapped(process.execPath, ['--input-type=module', '--eval', maker(folder)]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child.stdout, 'data')
  await setTimeout(Math.random() * 60)
  child.kill('SIGKILL')
  await once(child, 'close')
  return output.split('\n').slice(0, -1)
}

t.test('whenever the writer is killed, reported parameters exist, and none is incomplete', async (t) => {
  const base = t.testdir()
  for (let round = 0; round < rounds; round++) {
    const folder = join(base, `store-${round}`)
    const told = await makeAndKill(folder)
    const store = openFileParameterStore(folder)
    for (const name of told) t.ok((await store.exists([name])).has(name), `${name} is there`)
    // The one after the last may have been created and not printed.
    for (const name of [...told, `/p${told.length}`]) {
      const found = (await store.get([{ name }])).found[0]?.value.reveal()
      t.ok(found === undefined || found === value, `${name} is there whole or not at all`)
      const again = await store.create(name, secretValue('another'), about)
      t.equal(again.outcome, found === undefined ? 'created' : 'exists')
    }
  }
})
