type Labels = Record<string, string>

/** How often values up to each bound were seen, and their sum. */
export interface Row { counts: number[], sum: number }

interface LabelledRow extends Row { labels: Labels }

/**
 * A histogram as prom-client collects it. That of prom-client takes a microsecond a value, which is
 * too much on the way of a job.
 */
export class Histogram {
  readonly name: string
  readonly help: string
  readonly aggregator = 'sum'
  readonly bounds: readonly number[]
  readonly #rows = new Map<string, LabelledRow>()

  constructor (name: string, help: string, bounds: readonly number[]) {
    this.name = name
    this.help = help
    this.bounds = bounds
  }

  /** The row of these labels: a caller that adds many values keeps it. */
  row (labels: Labels): Row {
    const key = JSON.stringify(labels)
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    const row = { labels, counts: Array<number>(this.bounds.length + 1).fill(0), sum: 0 }
    this.#rows.set(key, row)
    return row
  }

  add (row: Row, value: number): void {
    const { bounds } = this
    let i = 0
    while (i < bounds.length && value > bounds[i]!) i++
    row.counts[i]!++
    row.sum += value
  }

  /** Is called by prom-client. */
  async get (): Promise<object> {
    const { name, help, aggregator } = this
    const seen = [...this.#rows.values()].filter(({ counts }) => counts.some(count => count > 0))
    const values = seen.flatMap(row => this.#valuesOf(row))
    return { name, help, aggregator, type: 'histogram', values }
  }

  // A bucket of Prometheus includes those below it.
  #valuesOf ({ labels, counts, sum }: LabelledRow): object[] {
    const { name, bounds } = this
    let seen = 0
    const buckets = counts.map((count, i) => {
      seen += count
      const le = i < bounds.length ? String(bounds[i]) : '+Inf'
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: seen }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: seen }
    ]
  }
}
