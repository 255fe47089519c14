import { execFileSync } from 'node:child_process'
import t from 'tap'
import { keepHeapSmall } from './small-heap.ts'

t.test('the flags are set, and the function that collects garbage is that of a new context', async (t) => {
  const flags: string[] = []
  let collections = 0
  const collect = keepHeapSmall({
    v8: { setFlagsFromString: (flag) => void flags.push(flag) },
    vm: { runInNewContext: (code) => (code === 'gc' ? () => collections++ : undefined) },
  })
  t.strictSame(flags, [
    '--no-opt',
    '--no-maglev',
    '--semi-space-growth-factor=1',
    '--expose-gc',
    '--no-expose-gc',
  ])
  collect()
  t.equal(collections, 1)
})

t.test('Node collects what is no longer used, and no later context has the function', async (t) => {
  const program = `
    import { keepHeapSmall } from ${JSON.stringify(new URL('small-heap.ts', import.meta.url).href)}
    import * as v8 from 'node:v8'
    import * as vm from 'node:vm'
    const collect = keepHeapSmall({ v8, vm })
    let dead = new WeakRef({})
    setImmediate(() => {
      collect()
      process.stdout.write([dead.deref(), vm.runInNewContext('typeof gc')].join())
    })`
  const run = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  t.equal(run, ',undefined')
})
