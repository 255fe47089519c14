/** The executables for all platforms: which of them run here, and what can be inspected of those that do not. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { homebrewFormula } from '../../scripts/executables/homebrew-formula.ts'
import { codeSignatureCommand, readMachO } from '../../scripts/executables/mach-o.ts'
import { platforms } from '../../scripts/executables/platforms.ts'
import { runtimeOf } from '../../scripts/executables/runtimes.ts'
import { signMachO } from '../../scripts/executables/sign-mach-o.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { isLong } from '../programs/long.ts'
import { root, run } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'
import { baseImage, containersMissing, engine, engineSays } from './container-engine.ts'
import { machOSignature } from './mach-o-signature.ts'
import { standaloneMissing } from './standalone.ts'

t.setTimeout(1_200_000)

/** A program of macOS with two segments and nothing in them. */
function smallProgram(): Buffer {
  const file = Buffer.alloc(20_000)
  const header = [0xfeedfacf, 0x0100000c, 0, 2, 2, 144, 0, 0]
  for (const [index, number] of header.entries()) file.writeUInt32LE(number, index * 4)
  for (const [index, [name, offset, size]] of (
    [
      ['__TEXT', 0, 16_384],
      ['__LINKEDIT', 16_384, 3616],
    ] as const
  ).entries()) {
    const at = 32 + index * 72
    file.writeUInt32LE(0x19, at)
    file.writeUInt32LE(72, at + 4)
    file.write(name, at + 8, 'latin1')
    for (const [field, number] of [offset, size, offset, size].entries())
      file.writeBigUInt64LE(BigInt(number), at + 24 + field * 8)
  }
  return file
}

t.test('a program of macOS gets hashes of all its pages', async (t) => {
  const signed = signMachO(smallProgram(), 'kees')
  const expected = { identifier: 'kees', isAdHoc: true, pages: 5, wrongPages: [] }
  t.strictSame(machOSignature(signed), expected)
  const { segments } = readMachO(signed)
  const last = segments.at(-1)
  t.equal(
    (last?.fileOffset ?? 0) + (last?.fileSize ?? 0),
    signed.length,
    'the last segment contains the signature',
  )
  signed.writeUInt8(1, 9000)
  t.strictSame(machOSignature(signed)?.wrongPages, [2], 'a change is found')
  t.throws(() => signMachO(signed, 'kees'), /is signed/)
  t.throws(() => signMachO(Buffer.from('#!/bin/sh\n'), 'kees'), /not a program of macOS/)
})

t.test('the formula for Homebrew', async (t) => {
  const formula = homebrewFormula({
    version: '1.2.3',
    repository: 'https://example.com/kees',
    download: ({ name }) => ({ url: `https://example.com/${name}.tar.gz`, sha256: name.padEnd(64, '0') }),
  })
  // Each platform in the blocks of its system and its processor, with its own checksum.
  const lines = formula.split('\n').map((line) => line.trim())
  for (const { name, os, cpu } of platforms) {
    const system = lines.indexOf(os === 'darwin' ? 'on_macos do' : 'on_linux do')
    const processor = lines.indexOf(cpu === 'arm64' ? 'on_arm do' : 'on_intel do', system)
    t.strictSame(lines.slice(processor + 1, processor + 4), [
      `url "https://example.com/${name}.tar.gz"`,
      `sha256 "${name.padEnd(64, '0')}"`,
      'end',
    ])
  }
  const opened = lines.filter((line) => /^(class|def) | do$/.test(line)).length
  t.equal(lines.filter((line) => line === 'end').length, opened, 'each block ends')
  // What `brew audit --strict` asks of a description.
  t.match(lines, [/^# /, 'class Kees < Formula', /^desc "(?!An? |The |kees)[A-Z].{10,78}[^.]"$/])
  await t.test('Ruby parses it', { skip: command('ruby').missing ?? false }, async (t) => {
    t.equal(run('ruby', ['-c'], { input: formula }).stdout, 'Syntax OK\n')
  })
})

async function allPlatforms(t: Test): Promise<void> {
  const built = run('npm', ['run', '--silent', 'executables'])
  t.equal(built.status, 0, built.stderr)
  const bytes = (name: string) => readFileSync(join(root, 'dist/executables', `kees-${name}`))
  const sums = readFileSync(join(root, 'dist/release/SHA256SUMS'), 'utf8')

  for (const platform of platforms.filter(({ os }) => os === 'darwin')) {
    await t.test(`${platform.name}: format, architecture and signature`, async (t) => {
      const file = bytes(platform.name)
      t.equal(readMachO(file).architecture, platform.cpu)
      t.equal(readMachO(file).commands.filter(({ type }) => type === codeSignatureCommand).length, 1)
      t.match(machOSignature(file), { identifier: 'kees', isAdHoc: true, wrongPages: [] })
      t.match(
        machOSignature(readFileSync(join(await runtimeOf(platform), 'bin/node'))),
        { identifier: 'node', isAdHoc: false, wrongPages: [] },
        'its Node has the signature of its makers',
      )
    })
  }

  await t.test('the same sources make the same bytes', async (t) => {
    for (const { name } of platforms) rmSync(join(root, 'dist/executables', `kees-${name}.stamp`))
    t.equal(run('npm', ['run', '--silent', 'executables']).status, 0)
    t.equal(readFileSync(join(root, 'dist/release/SHA256SUMS'), 'utf8'), sums)
  })

  const qemu = findCommand('qemu-aarch64-static')
  const cannotEmulate = qemu === undefined && 'needs the command qemu-aarch64-static'
  await t.test('linux-arm64 runs, emulated', { skip: cannotEmulate || containersMissing }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'kees-arm64-'))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    // The libraries of the images' base.
    const [, base = ''] =
      /^ARG BASE=(\S+)$/m.exec(readFileSync(join(root, 'scripts/images/Dockerfile'), 'utf8')) ?? []
    // Of an index with several platforms, some engines create a container of this machine's, whatever they are asked for.
    const context = t.testdir({ Dockerfile: `FROM ${baseImage ?? base}\nLABEL test=${process.pid}\n` })
    const image = engineSays('build', '--quiet', '--platform=linux/arm64', context)
    t.teardown(() => engine(['rmi', image]))
    const container = engineSays('create', '--platform=linux/arm64', image, 'kees')
    t.teardown(() => engine(['rm', container]))
    engineSays('export', `--output=${folder}.tar`, container)
    t.teardown(() => rmSync(`${folder}.tar`))
    t.equal(run('tar', ['-xf', `${folder}.tar`, '-C', folder]).status, 0)
    const file = join(root, 'dist/executables/kees-linux-arm64')
    const emulated = (name: string, args: readonly string[], input = '') =>
      run('env', ['-u', 'NODE_OPTIONS', qemu ?? '', '-0', name, '-L', folder, file, ...args], {
        cwd: '/',
        input,
      })
    for (const name of ['kees', 'inject-init', 'export-iam'])
      t.equal(emulated(name, ['--version']).stdout, `${name} ${manifest.version}\n`)
    const app = readFileSync(join(root, 'kustomize-examples/quickstart/app.yaml'), 'utf8')
    t.equal(
      emulated('kees', ['inject', '-f', '-'], app).stdout,
      readFileSync(join(root, 'kustomize-examples/quickstart/expected/manifest.yaml'), 'utf8'),
    )
  })
}

if (isLong) t.test('all platforms', { skip: standaloneMissing }, allPlatforms)
