import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import { podBundle } from '../pod-bundle.ts'

t.test("the bundle holds the credentials of pods, and not the SDK's sign-in of laptops", async (t) => {
  const root = join(import.meta.dirname, '..', '..')
  const { metafile, outputFiles } = await build({
    ...podBundle,
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
  for (const one of ['sso', 'ini', 'login', 'process', 'node', 'cognito-identity']) {
    t.notOk(packages.has(`@aws-sdk/credential-provider-${one}`), `no credential-provider-${one}`)
  }
  t.notOk(packages.has('@aws-sdk/token-providers'), 'no token-providers')
  for (const one of ['client-ssm', 'credential-provider-http', 'credential-provider-web-identity']) {
    t.ok(packages.has(`@aws-sdk/${one}`), one)
  }
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0)
  t.ok(bytes < 700_000, `${bytes} bytes`)
})
