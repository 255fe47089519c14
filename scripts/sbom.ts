// Writes an SBOM (CycloneDX) into dist/sbom for each image and platform, and for the npm package: the SBOM that npm makes of
// the lockfile, reduced to the packages that ship. The packages of a base image are in the SBOM of the base image.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { programs, root } from './bundle.ts'
import { images, type ProgramName } from './images/image-programs.ts'
import { platforms } from './images/platform.ts'
import { narrowSbom, type Sbom, type Subject } from './sbom/narrow-sbom.ts'
import { type Shipped, shippedNode, shippedPackages } from './licences/shipped-packages.ts'
import { sourceTime } from './source-time.ts'

const { version, description } = manifest
const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx']
const whole: Sbom = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }))
const time = new Date(sourceTime(root) * 1000)
const folder = join(root, 'dist', 'sbom')
mkdirSync(folder, { recursive: true })

function write(file: string, subject: Subject, shipped: readonly Shipped[]): void {
  const bill = narrowSbom(whole, subject, shipped, time)
  writeFileSync(join(folder, `${file}.cdx.json`), `${JSON.stringify(bill, undefined, 2)}\n`)
  process.stdout.write(`dist/sbom/${file}.cdx.json: ${bill.components.length} packages\n`)
}

const packagesOf = (names: readonly ProgramName[]) =>
  shippedPackages(programs.filter(({ name }) => names.includes(name)))

for (const { target, programs: names } of images) {
  const packages = await packagesOf(names)
  for (const { arch, nodeArch } of platforms) {
    const name = `kees-${target}`
    const purl = `pkg:docker/bsycorp/${name}@v${version}?platform=linux%2F${arch}`
    const subject = { type: 'container', name, version, purl, description } as const
    write(`${name}-${arch}`, subject, [...packages, shippedNode(nodeArch)])
  }
}
const atBuildTime = programs.filter(({ runs }) => runs === 'at build time').map(({ name }) => name)
const { name } = manifest
const subject = {
  type: 'application',
  name,
  version,
  purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  description,
} as const
write('npm', subject, await packagesOf(atBuildTime))
