import { median } from '../setup.ts'

/**
 * Of one measurement: requests and jobs a second, CPU microseconds a request of server and Redis,
 * latencies in ms, bytes a job.
 */
export interface Figure {
  requests?: number
  jobs?: number
  server?: number
  redis?: number
  p50?: number
  p99?: number
  memory?: number
}

export type Measure = keyof Figure

/** All that was measured, by contestant and kind, in the order of its first time. */
export class Figures {
  readonly #all = new Map<string, Figure[]>()

  add (contestant: string, kind: string, figure: Figure): void {
    const row = `${contestant}/${kind}`
    this.#all.set(row, [...(this.#all.get(row) ?? []), figure])
  }

  /** One of each round; none where nothing of the kind was measured. */
  values (contestant: string, kind: string, measure: Measure): number[] {
    const figures = this.#all.get(`${contestant}/${kind}`) ?? []
    return figures.map(figure => figure[measure]).filter(value => value !== undefined)
  }

  /** Undefined where nothing of the kind was measured. */
  median (contestant: string, kind: string, measure: Measure): number | undefined {
    const values = this.values(contestant, kind, measure)
    return values.length === 0 ? undefined : median(values)
  }

  rows (): Array<[contestant: string, kind: string]> {
    return [...this.#all.keys()].map(row => row.split('/') as [string, string])
  }
}
