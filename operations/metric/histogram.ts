type Labels = Record<string, string>

/** How often values up to each bound were seen. */
export interface Row { counts: number[], sum: number }

interface Kept extends Row { labels: Labels }

/** A histogram as prom-client collects them. Its own takes a microsecond a value, and the way of a job has none to give. */
export class Distribution {
  readonly name: string
  readonly help: string
  readonly aggregator = 'sum'
  readonly bounds: readonly number[]
  readonly #rows = new Map<string, Kept>()

  constructor (name: string, help: string, bounds: readonly number[]) {
    this.name = name
    this.help = help
    this.bounds = bounds
  }

  /** Where the values with these labels go: to be kept by whoever adds many. */
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

  async get (): Promise<object> {
    const { name, help, aggregator } = this
    const seen = [...this.#rows.values()].filter(({ counts }) => counts.some(count => count > 0))
    return { name, help, aggregator, type: 'histogram', values: seen.flatMap(row => this.#values(row)) }
  }

  // Prometheus' buckets hold what is in those below as well.
  #values ({ labels, counts, sum }: Kept): object[] {
    const { name, bounds } = this
    let seen = 0
    const buckets = counts.map((count, i) => {
      seen += count
      return { metricName: `${name}_bucket`, labels: { ...labels, le: i < bounds.length ? String(bounds[i]) : '+Inf' }, value: seen }
    })
    return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: seen }]
  }
}
