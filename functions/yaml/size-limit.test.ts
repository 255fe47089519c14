import t from 'tap'
import { countNodes, tooManyNodes } from './size-limit.ts'

const text = 'a: [1, 2]\n'
t.equal(countNodes(text), 5, 'about as many as it has: a map, its key, a list and two items')
t.equal(tooManyNodes(text, 0, 5), undefined)
t.same(tooManyNodes(text, 3, 7), {
  message: 'has about 5 YAML nodes, and the memory of Node has room for 4',
  hint: 'split the input, or set NODE_OPTIONS=--max-old-space-size=MEGABYTES',
})
t.equal(tooManyNodes('x'.repeat(100), 0, 5), undefined, 'one long string is one node')
