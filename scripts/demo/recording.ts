/**
 * A recording of the demo as an SVG that moves by CSS alone: GitHub shows it as an image, in which no script runs. The same
 * transcript always gives the same bytes.
 */

/** Of the terminal. Longer lines go on in the next row, as in a terminal. */
const columns = 100
const rows = 30
/** In pixels. */
const [font, rowHeight, columnWidth, margin, titleBar] = [14, 19, 8.43, 18, 38]
const [width, height] = [Math.ceil(columns * columnWidth) + 2 * margin, rows * rowHeight + titleBar + margin]
/** Rows of output that appear at once, so that long output can be followed. */
const mostAtOnce = 9

type Row = {
  readonly text: string
  readonly kind: 'title' | 'command' | 'added' | 'removed' | 'warning' | 'header' | 'output'
}
/** What is on the screen for some seconds: the rows before `end`. */
type Frame = { readonly end: number; readonly seconds: number }

/** @param transcript of `npm run demo`, without colours */
export function demoRecording(transcript: string): string {
  const lines = `$ npm run demo\n${transcript.trimEnd()}`.split('\n')
  const printed = lines.flatMap(rowsOf)
  const frames = framesOf(printed)
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0)
  const starts = frames.map((_, index) =>
    frames.slice(0, index).reduce((sum, { seconds }) => sum + seconds, 0),
  )
  const keyframes = (name: string, offsetOf: (frame: Frame) => number) => {
    const steps = frames.map((frame, index) => {
      const at = (((starts[index] ?? 0) / total) * 100).toFixed(2)
      return `${at}%{transform:translateY(${offsetOf(frame)}px)}`
    })
    return `@keyframes ${name}{${steps.join('')}}`
  }
  const scrolled = ({ end }: Frame) => -Math.max(0, end - rows + 1) * rowHeight
  const below = ({ end }: Frame) => Math.min(end, rows - 1) * rowHeight
  const last: Frame = { end: printed.length, seconds: 0 }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">npm run demo, from an annotated manifest to the file that the app reads</title>
<style>
svg{--back:#fff;--bar:#f6f8fa;--edge:#d1d9e0;--text:#1f2328;--soft:#59636e;--title:#0550ae;--added:#116329;--removed:#a40e26;--warning:#7d4e00}
@media (prefers-color-scheme:dark){svg{--back:#0d1117;--bar:#151b23;--edge:#3d444d;--text:#d1d7e0;--soft:#9198a1;--title:#79c0ff;--added:#7ee787;--removed:#ffa198;--warning:#e3b341}}
.window{fill:var(--back);stroke:var(--edge)}
.bar{fill:var(--bar)}
.line{stroke:var(--edge)}
.back{fill:var(--back)}
.cursor{fill:var(--soft)}
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:${font}px;fill:var(--text)}
.name{fill:var(--soft);text-anchor:middle}
.title{fill:var(--title);font-weight:700}
.command{font-weight:700}
.added{fill:var(--added)}
.removed{fill:var(--removed)}
.warning{fill:var(--warning)}
.header{fill:var(--soft)}
.printed{transform:translateY(${scrolled(last)}px);animation:scroll ${total}s step-end infinite}
.rest{transform:translateY(${below(last)}px);animation:print ${total}s step-end infinite}
${keyframes('scroll', scrolled)}
${keyframes('print', below)}
@media (prefers-reduced-motion:reduce){.printed,.rest{animation:none}}
</style>
<rect class="window" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
<path class="bar" d="M1 ${titleBar - 8}V9a8 8 0 0 1 8-8H${width - 9}a8 8 0 0 1 8 8V${titleBar - 8}z"/>
<path class="line" d="M1 ${titleBar - 8}H${width - 1}"/>
<text class="name" x="${width / 2}" y="20">npm run demo</text>
<svg x="${margin}" y="${titleBar}" width="${width - 2 * margin}" height="${rows * rowHeight}">
<g class="printed" xml:space="preserve">
${printed.map((row, index) => textOf(row, index)).join('\n')}
</g>
<g class="rest"><rect class="back" width="${width}" height="${rows * rowHeight}"/><rect class="cursor" y="2" width="8" height="15"/></g>
</svg>
</svg>
`
}

function rowsOf(line: string): Row[] {
  const kind = kindOf(line)
  const pieces = line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']
  return pieces.map((text) => ({ text, kind }))
}

function kindOf(line: string): Row['kind'] {
  if (line.startsWith('== ')) return 'title'
  if (line.startsWith('$ ')) return 'command'
  if (/^(---|\+\+\+|@@) /.test(line)) return 'header'
  if (line.startsWith('+')) return 'added'
  if (line.startsWith('-')) return 'removed'
  return /^\S+:\d+:\d+: warning: /.test(line) ? 'warning' : 'output'
}

/** Each command appears alone; its output then, in parts. */
function framesOf(printed: readonly Row[]): Frame[] {
  const frames: Frame[] = []
  let start = 0
  for (const [index, { kind }] of printed.entries()) {
    const end = index + 1
    const next = printed[end]
    // A command may take several rows, and begins with its sign.
    const isCommand = kind === 'command' && next?.kind !== kind
    const isBefore = next !== undefined && next.kind === 'title'
    if (!isCommand && !isBefore && end - start < mostAtOnce && next !== undefined) continue
    frames.push({ end, seconds: isCommand ? 1.5 : isBefore ? 2 : 1 })
    start = end
  }
  return frames.map((frame, index) => (index === frames.length - 1 ? { ...frame, seconds: 6 } : frame))
}

function textOf({ text, kind }: Row, index: number): string {
  if (text === '') return ''
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const type = kind === 'output' ? '' : ` class="${kind}"`
  return `<text${type} y="${index * rowHeight + font}">${escaped}</text>`
}
