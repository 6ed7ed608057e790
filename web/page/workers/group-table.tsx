import type { Worker } from '../../api/worker.ts'
import { bytes, exact } from '../../part/format.ts'
import { Text } from '../../part/text.tsx'
import { countStuck, type RunTimes } from './stuck.ts'

/** What the workers of a group have in common. */
export type Grouping = 'host' | 'version'

interface GroupTableProps {
  workers: Worker[]
  by: Grouping
  times: RunTimes
  now: number
  onOpen: (name: string) => void
}

// Pods may each have a host of their own.
const mostGroups = 200

/** Workers by host or version, with what those of each do together. */
export function GroupTable ({ workers, by, times, now, onOpen }: GroupTableProps) {
  const groups = groupsOf(workers, by, times, now)
  return (
    <>
      <div class='scroll'>
        <table class='workers fleet'>
          <caption class='unseen'>Workers by {by}</caption>
          <thead>
            <tr>
              <th scope='col'>{by === 'host' ? 'Host' : 'Version'}</th>
              {columns.map(name => <th key={name} scope='col'>{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {groups.slice(0, mostGroups).map(group => (
              <GroupRow key={group.name} group={group} onOpen={onOpen} />
            ))}
          </tbody>
        </table>
      </div>
      {groups.length > mostGroups && (
        <p class='dim'>The first {exact(mostGroups)} of {exact(groups.length)}.</p>
      )}
    </>
  )
}

const columns = ['Workers', 'Stuck', 'Silent', 'Quiet', 'Concurrency used', 'Memory']

interface Group {
  name: string
  size: number
  stuck: number
  silent: number
  quiet: number
  used: string
  memory: number
}

/** Those with stuck workers first, then those with silent ones, then the largest. */
function groupsOf (workers: Worker[], by: Grouping, times: RunTimes, now: number): Group[] {
  const groups = new Map<string, Worker[]>()
  for (const worker of workers) {
    const name = worker[by] ?? ''
    const own = groups.get(name)
    if (own === undefined) groups.set(name, [worker])
    else own.push(worker)
  }
  const all = [...groups].map(([name, own]): Group => ({
    name,
    size: own.length,
    stuck: countStuck(own, times, now),
    silent: own.filter(({ silent }) => silent).length,
    quiet: own.filter(({ quiet }) => quiet).length,
    used: concurrencyUsed(own),
    memory: own.reduce((sum, { rss = 0 }) => sum + rss, 0)
  }))
  return all.sort((one, other) => {
    return other.stuck - one.stuck || other.silent - one.silent || other.size - one.size ||
      (one.name < other.name ? -1 : 1)
  })
}

/** How many jobs some workers run, of how many they can: 3 of 8. */
export function concurrencyUsed (workers: Worker[]): string {
  const running = workers.reduce((sum, { working_on: jobs }) => sum + jobs.length, 0)
  const most = workers.reduce((sum, { concurrency = 0 }) => sum + concurrency, 0)
  const isKnown = workers.every(({ concurrency }) => concurrency !== undefined)
  return isKnown ? `${exact(running)} of ${exact(most)}` : exact(running)
}

function GroupRow ({ group, onOpen }: { group: Group, onOpen: (name: string) => void }) {
  const { name, size, stuck, silent, quiet, used, memory } = group
  return (
    <tr>
      <th scope='row'><GroupName name={name} onOpen={onOpen} /></th>
      <td data-label='workers'>{exact(size)}</td>
      <td data-label='stuck' class={stuck > 0 ? 'bad' : 'zero'}>{exact(stuck)}</td>
      <td data-label='silent' class={silent > 0 ? 'bad' : 'zero'}>{exact(silent)}</td>
      <td data-label='quiet' class={quiet > 0 ? '' : 'zero'}>{exact(quiet)}</td>
      <td data-label='concurrency used'>{used}</td>
      <td data-label='memory'>{memory === 0 ? '–' : bytes(memory)}</td>
    </tr>
  )
}

interface GroupNameProps { name: string, onOpen: (name: string) => void }

function GroupName ({ name, onOpen }: GroupNameProps) {
  if (name === '') return <span class='dim'>not told</span>
  return (
    <button type='button' class='quiet' onClick={() => onOpen(name)}><Text text={name} /></button>
  )
}
