import t from 'tap'
import { findReferences } from './variable-references.ts'

const variable = (name: string, value: string) => ({ name, value: { name, value } })

t.test('a variable is referred to by one before it', async (t) => {
  const variables = [
    variable('URL', 'https://$(HOST)/$($(PATH)?$(A$(QUERY)'),
    variable('HOST', '$(HOST)'),
    variable('PATH', '$(PORT'),
    variable('PORT', ''),
    variable('QUERY', '$(URL)'),
  ]
  const isReferredTo = findReferences(variables)
  t.strictSame(
    variables.filter(isReferredTo).map(({ name }) => name),
    ['HOST', 'PATH', 'QUERY'],
    'neither by itself, nor by one behind it',
  )
})

t.test('each value is read once, however often it is asked', async (t) => {
  const read: number[] = []
  const variables = Array.from({ length: 5 }, (_, index) => ({
    name: `V${index}`,
    get value() {
      read.push(index)
      return null
    },
  }))
  const isReferredTo = findReferences(variables)
  t.strictSame(variables.filter(isReferredTo), [])
  t.strictSame(read, [0, 1, 2, 3, 4])
})
