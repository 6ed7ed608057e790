import { capital } from '../../part/format.ts'
import { href, tabs, type Tab } from '../../state/route.ts'

/** The parts of the page of a queue, as links. */
export function QueueTabs ({ queue, shown }: { queue: string, shown: Tab }) {
  const all: Tab[] = ['jobs', ...tabs]
  return (
    <nav class='tabs parts' aria-label='Parts of the queue'>
      {all.map(tab => (
        <a
          key={tab} aria-current={tab === shown ? 'page' : undefined}
          href={href.queue(queue, tab === 'jobs' ? '' : tab)}
        >
          {capital(tab)}
        </a>
      ))}
    </nav>
  )
}
