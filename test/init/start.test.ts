/** What of Node a start of init uses, as in its image. What it costs is in docs/performance.md. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { initFlags } from '../../scripts/bundle.ts'
import { stageCached } from '../../scripts/images/stage-context.ts'
import { dist } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'

/** Preloaded: writes what was used as JSON to the file USED. */
const watch = `
  let zoned = 0
  const { toISOString } = Date.prototype
  Date.prototype.toISOString = function () { zoned++; return toISOString.call(this) }
  const vm = require('node:vm')
  const buffers = []
  vm.Script = class extends vm.Script {
    constructor(text, options) { super(text, options); buffers.push(options.cachedData) }
  }
  process.on('exit', () => {
    const modules = process.moduleLoadList.map((one) => one.replace('NativeModule ', ''))
    const kept = buffers.map(({ length }) => length)
    require('node:fs').writeFileSync(process.env.USED, JSON.stringify({ modules, zoned, kept }))
  })`

type Used = { readonly modules: readonly string[]; readonly zoned: number; readonly kept: readonly number[] }

t.test('a start loads and keeps no more than it needs', async (t) => {
  const folder = t.testdir({
    out: {},
    'watch.cjs': watch,
    annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
    // A file without an extension is CommonJS where no package says otherwise, as in an image.
    'package.json': '{}',
  })
  const text = readFileSync(join(dist, 'init'), 'utf8')
  const start = await stageCached(folder, 'init', text, [process.execPath])
  const fake = await startFakeSsm()
  t.teardown(() => fake.stop())
  fake.put('/a', 'fakepassword')
  const env = {
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'out/secret'),
    RESOURCES_FILE: join(folder, 'out/resource'),
    AWS_ENDPOINT_URL: fake.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    USED: join(folder, 'used.json'),
  }
  const args = [...initFlags, '-r', join(folder, 'watch.cjs'), start]
  t.match(await runBeside(process.execPath, args, { env }), { status: 0, stdout: '' })
  t.equal(readFileSync(env.SECRETS_FILE, 'utf8'), 'a=fakepassword\n')

  const used: Used = JSON.parse(readFileSync(env.USED, 'utf8'))
  for (const name of ['crypto', 'net']) t.ok(used.modules.includes(name), `${name} is loaded`)
  for (const name of ['internal/crypto/webcrypto', 'http', 'tls', 'v8'])
    t.notOk(used.modules.includes(name), `${name} is not loaded`)
  t.equal(used.zoned, 0, 'the time zone is not looked up')
  t.strictSame(used.kept, [0], 'the bytes of the code cache are freed')
})
