import { exact } from '../../part/format.ts'
import { href } from '../../state/route.ts'

const most = 8

/** Links to jobs of a queue; of more than eight, the first. */
export function JobLinks ({ queue, ids }: { queue: string, ids: string[] }) {
  return (
    <>
      {ids.slice(0, most).map(id => (
        <a key={id} class='held' href={href.job(queue, id)}>{id}</a>
      ))}
      {ids.length > most && `and ${exact(ids.length - most)} more`}
    </>
  )
}
