import t from 'tap'
import { endOfPiece } from './guard-stdout.ts'

const text = 'a😀b'
t.strictSame(
  [1, 2, 3, 4, 9].map((end) => endOfPiece(text, end)),
  [1, 3, 3, 4, 9],
  'a piece of a text does not end inside of a character',
)
