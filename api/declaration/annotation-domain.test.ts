import t from 'tap'
import { defaultAnnotationDomain, injectedAnnotation, validateAnnotationDomain } from './annotation-domain.ts'

t.equal(defaultAnnotationDomain, 'bsycorp.com', 'the domain is bsycorp.com unless configured')
t.equal(injectedAnnotation, 'kees.bsycorp.com/injected', 'the record of inject-init has a fixed key')

const label63 = 'a'.repeat(63)
/** With `resource.` in front, the longest of the prefixes in use, 253 characters. */
const longest = `${`${label63}.`.repeat(3)}${'a'.repeat(52)}`

const allowed: readonly (readonly [title: string, domain: string])[] = [
  ['the default', defaultAnnotationDomain],
  ['one label', 'local'],
  ['digits and inner "-"', '0-a.9-z9-9.example.c0m'],
  ['labels of one and two characters', 'a.9.z9.9z'],
  ['a label of 63 characters', label63],
  ['244 characters', longest],
]

const refused: readonly (readonly [title: string, domain: string])[] = [
  ['nothing', ''],
  ['upper-case letters', 'Bsycorp.com'],
  ['an underscore', 'bsy_corp.com'],
  ['a dot at the start', '.bsycorp.com'],
  ['a dot at the end', 'bsycorp.com.'],
  ['two dots in a row', 'bsycorp..com'],
  ['a "-" at the start of a label', 'bsycorp.-com'],
  ['a "-" at the end of a label', 'bsycorp-.com'],
  ['a label of 64 characters', `a${label63}`],
  ['245 characters', `${longest}a`],
  ['a slash', 'bsycorp.com/'],
  ['a space', 'bsycorp.com '],
  ['a line end', 'bsycorp.com\n'],
  ['a letter outside ASCII', 'bsycörp.com'],
]

const message = 'is not a DNS subdomain: lower-case letters, digits, "-" and ".", such as bsycorp.com'

for (const [title, domain] of allowed)
  t.equal(validateAnnotationDomain(domain), undefined, `a domain: ${title}`)
for (const [title, domain] of refused)
  t.strictSame(validateAnnotationDomain(domain), { message }, `no domain: ${title}`)
