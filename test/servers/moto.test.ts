import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { listens } from './listens.ts'
import { motoMissing, startMoto } from './moto.ts'
import { untapped } from '../programs/untapped.ts'

t.test(
  'moto answers once it is started, and is gone once it is stopped',
  { skip: motoMissing },
  async (t) => {
    const moto = await startMoto()
    const response = await fetch(`${moto.endpoint}/moto-api/data.json`)
    t.equal(response.status, 200)
    await moto.stop()
    t.equal(await listens(moto.endpoint), false)
  },
)

t.test('moto is gone when its test process is killed', { skip: motoMissing }, async (t) => {
  const script = `
    import { startMoto } from ${JSON.stringify(import.meta.resolve('./moto.ts'))}
    process.stdout.write((await startMoto()).endpoint)`
  const child = spawn(...untapped(process.execPath, ['--input-type=module', '--eval', script]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [endpoint] = await once(child.stdout, 'data')
  t.equal(await listens(String(endpoint)), true)
  child.kill('SIGKILL')
  let gone = false
  for (let tries = 0; tries < 50 && !gone; tries++) {
    await sleep(100)
    gone = !(await listens(String(endpoint)))
  }
  t.ok(gone)
})
