/** For property tests: declarations with everything that shapes a value or chooses its place, and compositions. */
import * as fc from 'fast-check'
import { baseName, declaration, unicodeText } from './arbitrary-declaration.ts'
import {
  type CompositionPart,
  type CompositionText,
  escapeNames,
  type Reference,
} from './composition-text.ts'
import type { Composition, Declaration, StoredDeclaration } from './declaration.ts'
import { parseJsonKey } from './json-key.ts'
import { parseOutputPath } from './output-path.ts'

const segment = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
  fc.constantFrom('a, b', 'ä', '"', 'a=b'),
)

const outputPath = fc
  .array(segment, { minLength: 1, maxLength: 3 })
  .map((segments) => segments.join('/'))
  .filter((text) => parseOutputPath(text).diagnostics === undefined)

const containers = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/), {
  minLength: 1,
  maxLength: 3,
})

const place = fc.oneof(
  fc.constant({}),
  fc.record(
    { file: outputPath, mode: fc.integer({ min: 0o400, max: 0o777 }) },
    { requiredKeys: ['file'], noNullPrototype: true },
  ),
  fc.record(
    { env: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/), containers },
    { requiredKeys: ['env'], noNullPrototype: true },
  ),
)

const pointer = fc
  .array(fc.oneof(fc.constantFrom('~0', '~1', ''), unicodeText), { minLength: 1, maxLength: 3 })
  .map((steps) => steps.map((step) => `/${step}`).join(''))
const jsonKey = fc.oneof(unicodeText, pointer).filter((text) => parseJsonKey(text).diagnostics === undefined)

const shape = fc.record(
  { jsonKey, decode: fc.constant('base64' as const) },
  { requiredKeys: [], noNullPrototype: true },
)

const secretName = fc.stringMatching(/^[A-Za-z0-9/_+=.@!-]{1,40}$/)
const secretPin = fc.oneof(
  fc.constant({}),
  fc.uuid().map((version) => ({ version })),
  fc
    .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'AWS previous,"\\='.split('')) })
    .map((label) => ({ label })),
)

/** Everything but DYNAMIC may be absent, have a default, or be in Secrets Manager. */
const presence = (what: StoredDeclaration['what']) =>
  fc.oneof(
    fc.constant({}),
    fc.constant({ optional: true as const }),
    what === 'resource' ? unicodeText.map((text) => ({ default: text })) : fc.constant({}),
    fc
      .tuple(secretName, secretPin)
      .map(([storageKey, pin]) => ({ from: 'secretsmanager' as const, storageKey, ...pin })),
  )

const local = fc.oneof(
  fc.constant({}),
  unicodeText.map((localValue) => ({ localValue })),
  fc.base64String().map((localModeValue) => ({ localModeValue })),
)

/** Stored declarations with any of the new words. */
export const shapedDeclaration: fc.Arbitrary<StoredDeclaration> = declaration.chain((plain) => {
  const form =
    plain.what === 'secret' && plain.type === 'RSA'
      ? fc.constantFrom({}, { as: 'pem' as const }, { as: 'jwk' as const })
      : plain.what === 'secret' && plain.type === 'GPG'
        ? fc.constantFrom({}, { as: 'armor' as const })
        : fc.constant({})
  if (plain.what === 'secret' && plain.kind === 'DYNAMIC')
    return fc
      .tuple(place, form, local)
      .map(([one, other, value]): StoredDeclaration => ({ ...plain, ...one, ...other, ...value }))
  return fc
    .tuple(place, form, shape, presence(plain.what), local)
    .map(([one, other, shaped, present, value]): StoredDeclaration => {
      const { version: _version, label: _label, ...unpinned } = plain
      const pinned = 'from' in present ? unpinned : plain
      return { ...pinned, ...one, ...other, ...shaped, ...present, ...value }
    })
})

/** As parseCompositionText returns it: a dollar before a reference cannot be written. */
export const compositionText = (names: fc.Arbitrary<string>): fc.Arbitrary<CompositionText> =>
  fc
    .array(
      fc.oneof(
        fc.oneof(unicodeText, fc.constantFrom('$', '$(', '$$(', ')', ', ', '"', '\n')),
        fc.record(
          { name: names, escape: fc.constantFrom(...escapeNames) },
          { requiredKeys: ['name'], noNullPrototype: true },
        ),
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map(joinParts)
    .filter((parts) => parts.length > 0)

function joinParts(parts: readonly (string | Omit<Reference, 'position'>)[]): CompositionText {
  const joined: CompositionPart[] = []
  let position = 0
  for (const part of parts) {
    const last = joined.at(-1)
    if (typeof part === 'object') {
      if (typeof last === 'string' && last.endsWith('$')) joined.splice(-1, 1, `${last}.`)
      joined.push({ ...part, position: ++position })
    } else if (typeof last === 'string') joined.splice(-1, 1, last + part)
    else if (part !== '') joined.push(part)
  }
  return joined
}

export const composition = (names: fc.Arbitrary<string>): fc.Arbitrary<Composition> =>
  fc
    .tuple(
      baseName,
      place,
      fc.record({ encode: fc.constant('base64' as const) }, { requiredKeys: [], noNullPrototype: true }),
      compositionText(names),
    )
    .map(([name, one, other, text]) => ({ what: 'compose', name, ...one, ...other, text }))

export const anyDeclaration: fc.Arbitrary<Declaration> = fc.oneof(
  declaration,
  shapedDeclaration,
  composition(baseName),
)
