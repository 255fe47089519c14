// Builds the standalone executables in dist/executables, and what a release offers in dist/release.
// Arguments select platforms, such as linux-x64; without arguments, all are built.
import { join, relative } from 'node:path'
import { quote } from '../api/diagnostic.ts'
import { root } from './bundle.ts'
import { makeExecutable } from './executables/make-executable.ts'
import { type Platform, platforms } from './executables/platforms.ts'
import { writeRelease } from './executables/release-files.ts'

const given = process.argv.slice(2)
const unknown = given.filter((one) => !platforms.some(({ name }) => name === one))
if (unknown.length > 0) {
  const allowed = platforms.map(({ name }) => name).join(', ')
  for (const one of unknown)
    process.stderr.write(`error: platform ${quote(one)} is not known: allowed are ${allowed}\n`)
  process.exitCode = 2
} else {
  const made = new Map<Platform, string>()
  for (const platform of platforms) {
    if (given.length > 0 && !given.includes(platform.name)) continue
    const path = await makeExecutable(platform)
    made.set(platform, path)
    process.stdout.write(`${relative(root, path)}\n`)
  }
  for (const name of await writeRelease(made, join(root, 'dist', 'release')))
    process.stdout.write(`dist/release/${name}\n`)
}
