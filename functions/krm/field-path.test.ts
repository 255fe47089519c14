import t from 'tap'
import { formatFieldPath } from './field-path.ts'

t.equal(formatFieldPath(['spec', 'template']), 'spec.template')
t.equal(formatFieldPath(['spec', 'jobs', 0, 'template']), 'spec.jobs[0].template', 'a position in a list')
t.equal(
  formatFieldPath(['metadata', 'annotations', 'secret.bsycorp.com/db.password']),
  'metadata.annotations.[secret.bsycorp.com/db.password]',
  'a key of several words is one step',
)
t.equal(formatFieldPath([]), '')
