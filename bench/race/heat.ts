import { kinds, type KindName } from './kind.ts'
import { ownRedis, Lane } from './lane.ts'
import { say } from './say.ts'
import { pushScript } from './script.ts'
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

/** Starts all contestants. */
export async function openField (
  contestants: Contestant[], withScript: boolean, { connections }: Options
): Promise<Field> {
  const closings: Array<() => Promise<void>> = []
  const lanes: Lane[] = []
  for (const contestant of contestants) {
    say(`starting ${contestant.name}`)
    const lane = await Lane.open(contestant)
    closings.push(() => lane.close())
    lanes.push(lane)
  }
  const script = withScript ? await ownRedis() : undefined
  if (script !== undefined) closings.push(script.stop)
  const alone = script === undefined ? [] : [scriptHeat(script)]
  return {
    heats: [...heats(lanes, connections), ...alone],
    last: lanes.filter(lane => lane.contestant.memory).map(memoryHeat),
    close: async () => {
      await Promise.all(closings.map(async close => await close()))
    }
  }
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
  const { requests, memory } = figure
  const bytes = memory === undefined ? '' : `${memory.toFixed(1)} bytes`
  const found = requests === undefined ? bytes : `${Math.round(requests)} requests/s`
  say(`${when}${contestant}: ${kind}: ${found}`)
}
