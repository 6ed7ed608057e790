import { useEffect } from 'preact/hooks'
import { learnFindings } from '../api/report/finding.ts'
import { usePoll } from '../api/poll.ts'
import { capital } from '../part/format.ts'
import { unhealthyQueues } from '../state/finding.ts'
import { overview } from '../state/overview.ts'
import type { Route } from '../state/route.ts'

// The front page shows the findings, and the others their number alone.
const msOfFront = 2000
const msOfOthers = 10_000

/** Keeps the title and the icon of the tab: the page, and the number of unhealthy queues. */
export function useTabTitle (route: Route): void {
  const isLive = overview.value.connection === 'live'
  const ms = route.page === 'queues' ? msOfFront : msOfOthers
  usePoll(learnFindings, { ms, of: [], isPaused: !isLive })
  const count = unhealthyQueues()
  const title = titleOf(route)
  useEffect(() => {
    document.title = count === 0 ? title : `(${count}) ${title}`
    document.querySelector<HTMLLinkElement>('link[rel=icon]')!.href = iconOf(count)
  }, [title, count])
}

function titleOf ({ page, queue, id }: Route): string {
  if (page === 'job') return `${queue} ${id} – presque`
  if (page === 'queue') return `${queue} – presque`
  return page === 'queues' ? 'presque' : `${capital(page)} – presque`
}

const most = 99

// The mark of presque; red with a number where a queue is unhealthy.
function iconOf (count: number): string {
  const lines = "<path d='M8 10h15M8 16h18M8 22h11' stroke='#fff' stroke-width='3'/>"
  if (count === 0) return icon('#3454d1', lines)
  const font = "font-family='sans-serif' font-size='19' font-weight='700'"
  const place = "x='16' y='23' text-anchor='middle' fill='#fff'"
  return icon('#b3242f', `<text ${place} ${font}>${Math.min(count, most)}</text>`)
}

function icon (colour: string, inside: string): string {
  const back = `<rect width='32' height='32' rx='7' fill='${colour}'/>`
  const begin = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
  return `data:image/svg+xml,${encodeURIComponent(`${begin}${back}${inside}</svg>`)}`
}
