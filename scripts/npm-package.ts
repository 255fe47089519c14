// Builds the npm package of the build-time programs in dist/npm, and packs it into dist/. It contains only the bundles and
// has no dependencies.
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { bundle, programs, root } from './bundle.ts'
import { runQuietly } from './run-quietly.ts'

const folder = join(root, 'dist', 'npm')
const shipped = programs.filter(({ runs }) => runs === 'at build time')

rmSync(folder, { recursive: true, force: true })
mkdirSync(join(folder, 'bin'), { recursive: true })
for (const program of shipped) {
  const path = join(folder, 'bin', program.name)
  writeFileSync(path, (await bundle(program)).text)
  chmodSync(path, 0o755)
}
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md'])
  copyFileSync(join(root, name), join(folder, name))
const { name, version, description, license, engines } = manifest
const repository = { type: 'git', url: 'git+https://github.com/bsycorp/kees.git' }
const bin = Object.fromEntries(shipped.map((one) => [one.name, `bin/${one.name}`]))
const ours = { name, version, description, license, repository, engines, bin }
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(ours, undefined, 2)}\n`)
await runQuietly('npm', ['pack', folder, `--pack-destination=${join(root, 'dist')}`, '--ignore-scripts'])
// As npm names it.
process.stdout.write(`dist/${name.replace('@', '').replace('/', '-')}-${version}.tgz\n`)
