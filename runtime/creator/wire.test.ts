import t from 'tap'
import { triesMany } from '../../api/test-effort.ts'
import { secretsOf, startVirtualCreator } from './virtual-creator.ts'

const tenants = triesMany ? 500 : 100
const names = Array.from({ length: 12 }, (_, index) => `s${index}`)

await t.test(
  'very many namespaces that each want several parameters do not delay a team that was served before',
  async (t) => {
    const { clock, put, waitOf, stop } = await startVirtualCreator({
      rules: [{ namespaces: ['*'], prefixes: ['/{namespace}'] }],
    })
    const before = await waitOf('shop', 'before')
    for (let index = 0; index < tenants; index++) put(`evil-${index}`, 'p', secretsOf(`evil-${index}`, names))
    await clock.sleep(30_000)
    for (let request = 0; request < 5; request++) {
      const wait = await waitOf('shop', `request${request}`)
      t.ok(wait <= before + 1, `${wait} s, before ${before} s`)
      await clock.sleep(5000)
    }
    // More than a queue of so many would give it: three values every four seconds, which must not add up.
    for (let request = 0; request < 8; request++) {
      const waits = await Promise.all(['a', 'b', 'c'].map((part) => waitOf('shop', `${part}${request}`)))
      t.ok(Math.max(...waits) <= before + 3, `${waits.join(', ')} s`)
      await clock.sleep(2000)
    }
    const first = await waitOf('new', 'first')
    t.ok(first <= before + 2, `a namespace that was never served waits ${first} s`)
    stop()
  },
)

await t.test('of what is in progress, nothing is created when nobody declares it any more', async (t) => {
  const { clock, put, remove, stored, waitOf, stop } = await startVirtualCreator({
    rules: [{ namespaces: ['*'], prefixes: ['/{namespace}'] }],
  })
  for (let index = 0; index < tenants; index++) put(`evil-${index}`, 'p', secretsOf(`evil-${index}`, names))
  await clock.sleep(30_000)
  for (let index = 0; index < tenants; index++) remove(`evil-${index}`, 'p')
  await clock.sleep(1000)
  const before = stored.size
  t.ok((await waitOf('new', 'first')) < 1)
  await clock.sleep(60_000)
  t.equal(stored.size, before + 1)
  stop()
})
