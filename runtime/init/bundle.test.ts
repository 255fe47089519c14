import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'

t.test('the bundle of init is small: of the AWS packages it contains only the signer', async (t) => {
  const root = join(import.meta.dirname, '..', '..')
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['runtime/init/main.ts'],
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    write: false,
    metafile: true,
    minifyWhitespace: true,
    logLevel: 'silent',
  })
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
  t.ok(bytes < 230_000, `${bytes} bytes`)
})
