/** Reads metrics in the text format of Prometheus. */
export type Sample = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export function readSamples(text: string): readonly Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', one = '']) => [label, one]),
    ),
    value: Number(value),
  }))
}

/** @param labels those that a sample must have. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter(
      (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0)
}

/** Sums by the values of some labels, as `POST events`. */
export function sumsBy(
  samples: readonly Sample[],
  name: string,
  by: readonly string[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const one of samples) {
    if (one.name !== name) continue
    const key = by
      .map((label) => one.labels[label])
      .filter(Boolean)
      .join(' ')
    sums.set(key, (sums.get(key) ?? 0) + one.value)
  }
  return sums
}
