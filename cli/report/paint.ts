/** Colours of a terminal, as Select Graphic Rendition numbers them. */
const colours = {
  error: '1;31',
  warning: '1;33',
  hint: '36',
  good: '32',
  bad: '31',
  open: '33',
  title: '1',
} as const

/** Adds a colour to a text that is already safe to print, or does not. */
export type Paint = (colour: keyof typeof colours, text: string) => string

export const plain: Paint = (_colour, text) => text

export const coloured: Paint = (colour, text) =>
  text === '' ? text : `\u001b[${colours[colour]}m${text}\u001b[0m`
