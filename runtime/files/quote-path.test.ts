import t from 'tap'
import { quotePath } from './quote-path.ts'

const long = `/${'folder/'.repeat(20)}file`
t.equal(quotePath(long), `"${long}"`, 'a long path is shown whole')
t.equal(quotePath('/a\n"b"'), '"/a\\n\\"b\\""', 'a line end and quotes are escaped')
