// Builds the executables of `dist/`. Each is replaced atomically: tests may run them at the same time.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, programs, root } from './bundle.ts'

const dist = join(root, 'dist')
mkdirSync(dist, { recursive: true })
const built = await Promise.allSettled(
  programs.map(async (program) => {
    const { name } = program
    const { text } = await bundle(program)
    const temporary = join(dist, `.${name}.${process.pid}`)
    writeFileSync(temporary, text, { mode: 0o755 })
    renameSync(temporary, join(dist, name))
    return `${name} ${Math.ceil(text.length / 1024)} kB`
  }),
)
const failures = built.flatMap((one) =>
  one.status === 'rejected' ? [one.reason instanceof Error ? one.reason.message : String(one.reason)] : [],
)
for (const failure of failures) process.stderr.write(`${failure}\n`)
if (failures.length > 0) process.exitCode = 1
else {
  const sizes = built.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  process.stdout.write(`dist/: ${sizes.join(', ')}\n`)
}
