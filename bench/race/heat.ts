import { kinds, type KindName } from './kind.ts'
import { ownRedis, Lane } from './lane.ts'
import { say } from './say.ts'
import { pushScript } from './script.ts'
import { WorkerLane } from '../workers/lane.ts'
import type { WorkerContestant } from '../workers/contestant.ts'
import type { Place } from '../setup.ts'
import type { Contestant } from './contestant.ts'
import type { Figure, Figures } from './figure.ts'
import type { Options } from './options.ts'

/** One contestant at one kind; it may run many times. */
export interface Heat {
  contestant: string
  kind: string
  run (seconds: number): Promise<Figure>
}

/**
 * The contestants that were started, and the heats that they can run. Those of `last` run once, for
 * they are the same in each round.
 */
export interface Field {
  heats: Heat[]
  last: Heat[]
  close (): Promise<void>
}

/** Those that take part: servers under load, and workers. */
export interface Entries {
  servers: Contestant[]
  workers: WorkerContestant[]
  withScript: boolean
}

/** Starts all contestants. */
export async function openField (
  { servers, workers, withScript }: Entries, { connections }: Options
): Promise<Field> {
  const closings: Array<() => Promise<void>> = []
  const lanes = await openAll(servers, Lane.open, closings)
  const workerLanes = await openAll(workers, WorkerLane.open, closings)
  const script = withScript ? await ownRedis() : undefined
  if (script !== undefined) closings.push(script.stop)
  const alone = script === undefined ? [] : [scriptHeat(script)]
  return {
    heats: [...heats(lanes, connections), ...workerHeats(workerLanes), ...alone],
    last: lanes.filter(lane => lane.contestant.memory).map(memoryHeat),
    close: async () => {
      await Promise.all(closings.map(async close => await close()))
    }
  }
}

async function openAll<Entry extends { name: string }, Opened extends { close (): Promise<void> }> (
  entries: Entry[], open: (entry: Entry) => Promise<Opened>, closings: Array<() => Promise<void>>
): Promise<Opened[]> {
  const opened: Opened[] = []
  for (const entry of entries) {
    say(`starting ${entry.name}`)
    const lane = await open(entry)
    closings.push(() => lane.close())
    opened.push(lane)
  }
  return opened
}

function scriptHeat (place: Place): Heat {
  const run = async (seconds: number) => await pushScript(place, seconds)
  return { contestant: 'redis-benchmark', kind: 'push script', run }
}

function memoryHeat (lane: Lane): Heat {
  return { contestant: lane.contestant.name, kind: 'waiting job', run: () => lane.memory() }
}

// The heats of one kind follow each other, so that figures to compare are measured within seconds.
function heats (lanes: Lane[], connections: number): Heat[] {
  const names = Object.keys(kinds) as KindName[]
  return names.flatMap(name => lanes.flatMap(lane => heatOf(lane, name, connections)))
}

// Those of one concurrency follow each other, too.
function workerHeats (lanes: WorkerLane[]): Heat[] {
  const all = lanes.flatMap(lane => {
    return lane.contestant.levels.map(level => ({
      level,
      contestant: lane.contestant.name,
      kind: `worker, ${level} at a time`,
      run: async () => await lane.measure(level)
    }))
  })
  return all.toSorted((a, b) => a.level - b.level)
}

function heatOf (lane: Lane, name: KindName, connections: number): Heat[] {
  const kind = lane.contestant.kinds[name]
  if (kind === undefined) return []
  const run = async (seconds: number) => await lane.measure(kind, seconds, connections)
  return [{ contestant: lane.contestant.name, kind: name, run }]
}

/**
 * Warms all up, then runs the rounds. Every other one runs backwards, so that no contestant always
 * comes first.
 */
export async function race (
  { heats, last }: Field, { rounds, seconds }: Options, figures: Figures
): Promise<void> {
  for (const heat of heats) {
    say(`warming up ${heat.contestant}: ${heat.kind}`)
    await heat.run(Math.min(seconds, 2))
  }
  for (let round = 0; round < rounds; round++) {
    for (const heat of round % 2 === 0 ? heats : heats.toReversed()) {
      await note(heat, seconds, figures, `round ${round + 1} of ${rounds}, `)
    }
  }
  for (const heat of last) await note(heat, seconds, figures)
}

async function note (
  { contestant, kind, run }: Heat, seconds: number, figures: Figures, when = ''
): Promise<void> {
  const figure = await run(seconds)
  figures.add(contestant, kind, figure)
  say(`${when}${contestant}: ${kind}: ${found(figure)}`)
}

function found ({ requests, jobs, memory }: Figure): string {
  if (requests !== undefined) return `${Math.round(requests)} requests/s`
  return jobs === undefined ? `${memory?.toFixed(1)} bytes` : `${Math.round(jobs)} jobs/s`
}
