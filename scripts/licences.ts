// The licence report: prints which third-party packages ship in which program, and fails if a licence is not permissive.
import { programs } from './bundle.ts'
import { platforms as executablePlatforms } from './executables/platforms.ts'
import { lockfileOf } from './executables/runtimes.ts'
import { platforms } from './images/platform.ts'
import { isPermissive } from './licences/permissive-licence.ts'
import { lockedNode, shippedNode, shippedPackages } from './licences/shipped-packages.ts'

const holders = new Map<string, string[]>()
const found = new Map<string, { readonly name: string; readonly version: string; readonly license: string }>()
const add = (one: { name: string; version: string; license: string }, where: string) => {
  const key = `${one.name}@${one.version}`
  found.set(key, one)
  holders.set(key, [...(holders.get(key) ?? []), where])
}
for (const program of programs) for (const one of await shippedPackages([program])) add(one, program.name)
for (const { name, nodeArch } of platforms) add(shippedNode(nodeArch), `images for ${name}`)
for (const platform of executablePlatforms)
  add(lockedNode(lockfileOf(platform), platform.packageName), `executable for ${platform.name}`)

process.stdout.write('| package | version | licence | in |\n| --- | --- | --- | --- |\n')
for (const [key, { name, version, license }] of [...found].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  process.stdout.write(`| ${name} | ${version} | ${license} | ${holders.get(key)?.join(', ')} |\n`)
  if (isPermissive(license)) continue
  process.stderr.write(
    `error: ${key} has the licence ${license}, which is not in the list of permissive licences (scripts/licences/permissive-licence.ts)\n`,
  )
  process.exitCode = 1
}
