/** Whatever a pod declares and whatever is stored: init has files for it, or refuses by name, and shows nothing of a value. */
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import t from 'tap'
import { composition, shapedDeclaration } from '../../api/declaration/arbitrary-shape.ts'
import { anyText } from '../../api/arbitrary-text.ts'
import type { Declaration } from '../../api/declaration/declaration.ts'
import { findDeliveryDiagnostics } from '../../api/delivery/delivery-diagnostics.ts'
import { formatPodAnnotations, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { secretsFormats } from '../../api/secrets-format.ts'
import { runs, triesMany } from '../../api/test-effort.ts'
import { secretValue } from '../secret-value.ts'
import { deliverValues } from './fetch/deliver-values.ts'
import { mayBeMissing, refOf } from './fetch/fetch-declared.ts'
import { folderTrees } from './files/file-tree.ts'
import { outputFiles } from './files/output-files.ts'

const settings = { secretsFile: '/out/..x', resourcesFile: '/out/..y', envFile: '/env/..z' }
const marker = 'hunter2'

/** A text with the marker in it, which may be JSON that has the keys, base64 or neither. */
const stored = fc.oneof(
  anyText({ maxLength: 20 }).map((text) => `${marker}${text}${marker}`),
  fc
    .dictionary(fc.string({ maxLength: 3 }), fc.constantFrom(marker, 1, null, { a: marker }), { maxKeys: 4 })
    .map((one) => JSON.stringify(one)),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.constantFrom('', "'", '\r', '\0', '\ud800'),
)

const pod = fc.array(shapedDeclaration, { minLength: 1, maxLength: 5 }).chain((declared) => {
  const names = fc.constantFrom(...declared.map(({ name }) => name))
  const composed = fc.array(composition(names), { maxLength: 3 })
  return fc.tuple(
    fc.constant(declared),
    composed,
    fc.array(fc.option(stored), { minLength: 8, maxLength: 8 }),
  )
})

t.test('all declarations have files, or all that is wrong is named', async (t) => {
  const seen = { files: 0, refused: 0, absent: 0 }
  await fc.assert(
    fc.asyncProperty(pod, fc.constantFrom(...secretsFormats), async ([stores, texts, values], format) => {
      const all: readonly Declaration[] = [...stores, ...texts]
      const annotations = formatPodAnnotations(all, '', {}, 'bsycorp.com')
      const parsed = parsePodAnnotations(new Map(annotations), 'bsycorp.com')
      const invalid = [...parsed.diagnostics, ...findDeliveryDiagnostics(parsed, format)]
      fc.pre(!invalid.some(({ severity }) => severity === 'error'))
      const { declared, composed } = parsed
      const fetched = declared.flatMap((one, index) => {
        const value = values[index % values.length]
        if (value === null && !mayBeMissing(one)) return []
        const isAbsent = value === null || value === undefined
        return [
          { declared: one, stored: isAbsent ? undefined : { ref: refOf(one), value: secretValue(value) } },
        ]
      })
      const shaped = await deliverValues(fetched, composed, Infinity)
      if (shaped === undefined) throw new Error('without a limit nothing is too much')
      const output = outputFiles(shaped.delivered, { ...settings, format })
      const diagnostics = [...shaped.diagnostics, ...(output.diagnostics ?? [])]
      for (const { exit, message, fields } of diagnostics) {
        t.equal(exit, 1)
        t.ok(
          all.some(({ what, name }) => message.startsWith(`annotation ${what}.bsycorp.com/${name}: `)),
          message,
        )
        t.match(fields, { code: 'INVALID_VALUE' })
      }
      t.notMatch(inspect([diagnostics, shaped.delivered], { depth: 9 }), marker)
      if (output.files) {
        // No two files have one path, and none is inside another.
        folderTrees(output.files, output.folders)
        seen.files += output.files.length
      }
      seen.refused += diagnostics.length
      seen.absent += shaped.delivered.filter(({ value }) => value === undefined).length
    }),
    runs(400),
  )
  if (triesMany)
    t.ok(
      Object.values(seen).every((count) => count > 0),
      JSON.stringify(seen),
    )
})
