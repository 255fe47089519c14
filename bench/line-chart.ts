/** A chart of lines as SVG, for the documents. It has no background and follows the colours that the reader prefers, dark or light. */

type Line = {
  /** Written at its last point. */
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Lines that belong together have one colour. */
  readonly colour: number
  /** The program that ours is compared with. */
  readonly peer?: boolean
}

type Axis = {
  readonly label: string
  readonly scale: 'linear' | 'logarithmic'
  readonly format: (value: number) => string
}

type LineChart = {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly lines: readonly Line[]
}

const [width, height] = [800, 400]
const area = { left: 80, right: width - 230, top: 45, bottom: height - 55 }

/** Of similar lightness, told apart by people who do not see all colours (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#a05a8c']

const style = `
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-size: 15px; font-weight: 600 }
    .grid { stroke: #8b949e; stroke-opacity: 0.35 }
    .line { fill: none; stroke-width: 2 }
    .peer { stroke-dasharray: 6 4 }
    .dots { stroke: none }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
  `

export function lineChart({ title, x, y, lines }: LineChart): string {
  const points = lines.flatMap((line) => line.points)
  const horizontal = scaleOf(
    x,
    points.map(([value]) => value),
    [area.left, area.right],
  )
  const vertical = scaleOf(
    y,
    points.map(([, value]) => value),
    [area.bottom, area.top],
  )
  const placed = lines.map((line) => ({
    ...line,
    points: line.points.map(([left, up]) => [horizontal.place(left), vertical.place(up)] as const),
    paint: colours[line.colour % colours.length] ?? '',
  }))
  const body = [
    `<title>${escape(title)}</title>`,
    `<style>${style}</style>`,
    text(area.left, 22, title, ' class="title"'),
    ...horizontal.ticks.flatMap((tick) => {
      const at = round(horizontal.place(tick))
      const grid = `<path class="grid" d="M${at} ${area.top}V${area.bottom}"/>`
      return [grid, text(at, area.bottom + 20, x.format(tick), ' text-anchor="middle"')]
    }),
    ...vertical.ticks.flatMap((tick) => {
      const at = round(vertical.place(tick))
      const grid = `<path class="grid" d="M${area.left} ${at}H${area.right}"/>`
      return [grid, text(area.left - 8, at + 4, y.format(tick), ' text-anchor="end"')]
    }),
    text((area.left + area.right) / 2, height - 12, x.label, ' text-anchor="middle"'),
    text(18, (area.top + area.bottom) / 2, y.label, upright),
    ...placed.flatMap((line) => {
      const path = line.points.map(([left, up]) => `${round(left)} ${round(up)}`).join('L')
      const peer = line.peer ? ' peer' : ''
      const drawn = `<path class="line${peer}" stroke="${line.paint}" d="M${path}"/>`
      // Many points are a curve.
      if (line.points.length > 20) return [drawn]
      const dots = line.points.map(
        ([left, up]) => `<circle cx="${round(left)}" cy="${round(up)}" r="3.5" fill="${line.paint}"/>`,
      )
      return [drawn, ...dots]
    }),
    ...namesOf(placed),
  ]
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n  ${body.join('\n  ')}\n</svg>\n`
}

const upright = ` text-anchor="middle" transform="rotate(-90 18 ${(area.top + area.bottom) / 2})"`

/** The name of each line to the right of its last point, moved down where it would cover another. */
function namesOf(lines: readonly (Pick<Line, 'name' | 'points'> & { readonly paint: string })[]): string[] {
  const [lineHeight, letterWidth] = [17, 7.5]
  const ends = lines
    .map(({ name, points, paint }) => ({ name, paint, at: points.at(-1) ?? ([0, 0] as const) }))
    .toSorted((a, b) => a.at[1] - b.at[1])
  const taken: { readonly left: number; readonly right: number; readonly bottom: number }[] = []
  return ends.map(({ name, paint, at: [end, up] }) => {
    const [left, right] = [end + 10, end + 10 + name.length * letterWidth]
    const above = taken.filter((other) => other.left < right && left < other.right)
    const bottom = Math.max(up, ...above.map((other) => other.bottom)) + lineHeight
    taken.push({ left, right, bottom })
    return text(round(left), round(bottom - lineHeight + 4), name, ` style="fill: ${paint}"`)
  })
}

type Scale = { readonly place: (value: number) => number; readonly ticks: readonly number[] }

/** @param range the pixels of the least and of the greatest value. */
function scaleOf({ scale }: Axis, values: readonly number[], [from, to]: readonly [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const ticks = scale === 'linear' ? linearTicks(most) : logarithmicTicks(least, most)
  const along = scale === 'linear' ? (value: number) => value : Math.log
  const low = along(ticks[0] ?? least)
  const high = along(ticks.at(-1) ?? most)
  return { place: (value) => from + ((along(value) - low) / (high - low)) * (to - from), ticks }
}

/** From 0, four to ten of them. */
function linearTicks(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most))
  const step = power * ([0.2, 0.5, 1].find((one) => most / (power * one) <= 8) ?? 2)
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step)
}

/** 1, 3, 10, 30 …, around all values. */
function logarithmicTicks(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least))
  const all = Array.from(
    { length: Math.ceil(Math.log10(most)) - first + 1 },
    (_, index) => first + index,
  ).flatMap((power) => [10 ** power, 3 * 10 ** power])
  const low = all.findLastIndex((tick) => tick <= least)
  const high = all.findIndex((tick) => tick >= most)
  return all.slice(low, high + 1)
}

function text(left: number, up: number, content: string, attributes: string): string {
  return `<text x="${left}" y="${up}"${attributes}>${escape(content)}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
