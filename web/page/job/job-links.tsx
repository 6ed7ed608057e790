import { exact } from '../../part/format.ts'
import { link } from '../../state/place.ts'

const most = 8

/** Jobs of a queue by their ids, as links; of many, the first. */
export function JobLinks ({ queue, ids }: { queue: string, ids: string[] }) {
  return <>{ids.slice(0, most).map(id => <a key={id} class='held' href={link.job(queue, id)}>{id}</a>)}{ids.length > most && `and ${exact(ids.length - most)} more`}</>
}
