import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import { podBundle } from '../aws/pod-bundle.ts'

const root = join(import.meta.dirname, '..', '..')
const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['runtime/init/main.ts'],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  alias: podBundle.alias,
  supported: { 'dynamic-import': false },
  write: false,
  metafile: true,
  minifyWhitespace: true,
  logLevel: 'silent',
})

t.test('the bundle of init is small: of the AWS packages it contains only the signer', async (t) => {
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap(
      (input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
    ),
  )
  const ofAws = [...packages].filter((one) => /^@(aws|aws-sdk|smithy)\//.test(one))
  t.strictSame(
    ofAws.toSorted(),
    ['@smithy/core', '@smithy/signature-v4', '@smithy/types'].filter((one) => packages.has(one)),
  )
  t.ok(packages.has('@smithy/signature-v4'))
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0)
  t.ok(bytes < 250_000, `${bytes} bytes`)
})

t.test('no module of ours is loaded when it is used: V8 parses such modules twice', async (t) => {
  const text = outputFiles[0]?.text ?? ''
  t.strictSame(
    [...text.matchAll(/__esm\(\{\s*"([^"]+)"/g)].map(([, path]) => path),
    [],
  )
})

t.test(
  'what a start without TLS and metrics does not use of Node is not loaded with the program',
  async (t) => {
    const text = outputFiles[0]?.text ?? ''
    const loaded = (name: string) => new RegExp(`=(__toESM\\()?require\\("node:${name}"`).test(text)
    t.ok(loaded('net'))
    for (const name of ['fs/promises', 'http', 'https', 'tls']) t.notOk(loaded(name), name)
  },
)
