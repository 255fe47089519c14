/** For property tests: what people may declare, and texts that come close to it. */
import * as fc from 'fast-check'
import { wellFormedText } from '../arbitrary-text.ts'
import type { StoredDeclaration } from './declaration.ts'
import { parseUserId } from './user-id.ts'
import { maxRandomSize, rsaSizes, secretTypes } from './secret-type.ts'

const takenBySsm = /^(aws|ssm)/i

/** Leaves room for a suffix. */
export const baseName = fc
  .stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,52}[A-Za-z0-9])?$/)
  .filter((text) => !takenBySsm.test(text))

const segment = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/).filter((text) => text !== '.' && text !== '..')

const storageKey = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
  .filter((text) => !takenBySsm.test(text))

/** As parseStoragePrefix returns it. */
export const storagePrefix = fc.oneof(
  fc.constant(''),
  storageKey.map((text) => `/${text}`),
)

const label = fc.stringMatching(/^[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/).filter((text) => !takenBySsm.test(text))

/** At most one of them. */
const pin = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: 999_999_999_999_999 }).map((version) => ({ version: String(version) })),
  label.map((text) => ({ label: text })),
)

const named = fc
  .tuple(fc.record({ name: baseName, storageKey }, { requiredKeys: ['name'], noNullPrototype: true }), pin)
  .map(([rest, pinned]) => ({ ...rest, ...pinned }))

/** One suffix for the name and for the storageKey, as the parts of a pair need it. */
const part = (suffixes: readonly string[]) =>
  fc
    .tuple(baseName, fc.option(storageKey, { nil: undefined }), fc.constantFrom(...suffixes))
    .map(([name, key, suffix]) => ({
      name: name + suffix,
      ...(key === undefined ? {} : { storageKey: key + suffix }),
    }))

const rsa = fc
  .tuple(part(['_public', '_private']), fc.constantFrom(...rsaSizes))
  .map(([rest, size]) => ({ what: 'secret', kind: 'DYNAMIC', type: 'RSA', size, ...rest }) as const)

const userId = fc
  .string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'A|a| |ä|,|"|\\|=|<|@|.|>|😀'.split('|')) })
  .filter((text) => parseUserId(text).diagnostics === undefined)

const gpg = fc.tuple(rsa, userId).map(([key, user]) => ({ ...key, type: 'GPG', userId: user }) as const)

const random = fc
  .tuple(
    part(['', '_consumer', '_provider']),
    fc.constantFrom('RANDOM', 'PASSWORD'),
    fc.integer({ min: 1, max: maxRandomSize / 8 }),
  )
  .map(
    ([rest, type, bytes]) => ({ what: 'secret', kind: 'DYNAMIC', type, size: bytes * 8, ...rest }) as const,
  )

const reference = fc
  .tuple(named, fc.constantFrom(...secretTypes))
  .map(([rest, type]) => ({ what: 'secret', kind: 'REFERENCE', type, ...rest }) as const)

const resource = named.map((rest) => ({ what: 'resource', ...rest }) as const)

export const declaration: fc.Arbitrary<StoredDeclaration> = fc.oneof(rsa, gpg, random, reference, resource)

/** What the texts of the contract are made of. */
const tokens = [
  ...'kind type size userId storageKey version label storagekey lable foo constructor __proto__ toString'.split(
    ' ',
  ),
  ...'from jsonKey decode as optional default file mode env containers deliver encode text key property'.split(
    ' ',
  ),
  ...'secretsmanager base64 pem jwk armor true none TEXT $( $$( ) :url :json ~ ~1'.split(' '),
  ...'DYNAMIC REFERENCE RSA RANDOM PASSWORD GPG 0 8 2048 _public _private aws ssm prod / . .. _ :'.split(' '),
  ...'properties dotenv file: 300s 0444 , = " \\ \n \r\n \t \u00a0 \ud800'.split(' '),
  ' ',
]

const nearGrammar = fc.array(fc.constantFrom(...tokens), { maxLength: 16 }).map((some) => some.join(''))

const oneOf = (texts: string) => fc.constantFrom(...texts.split('|'))

/** Often a declaration, but for one thing. */
const nearDeclaration = fc
  .tuple(
    oneOf('kind=DYNAMIC|kind=REFERENCE|kind = REFERENCE|kind="DYNAMIC"|Kind=DYNAMIC|'),
    oneOf('type=RSA|type=RANDOM|type=PASSWORD|\r\ntype=PASSWORD|type=GPG|'),
    oneOf('size=2048|size=128|size=2048|size=7|'),
    oneOf('|||version=3|version=x|label=live|label=1|lable=live|foo=bar'),
    oneOf('||storageKey=a/b_public|storageKey="a"|storageKey="a,b|storageKey=/a'),
    oneOf(
      '|||file=a/b|env=A|deliver=none|mode=0400|containers=a|from=secretsmanager|as=pem|jsonKey=/a~2|optional=true',
    ),
    oneOf('|||||encode=base64|text=$(a:url),b|text="$(a)"|text=$$(a'),
    fc.oneof({ weight: 5, arbitrary: fc.constant('') }, { weight: 1, arbitrary: nearGrammar }),
  )
  .map((parts) => parts.filter((text) => text !== '').join(','))

export const unicodeText = wellFormedText()

export const anyText = fc.oneof(nearDeclaration, nearGrammar, unicodeText, fc.string())
