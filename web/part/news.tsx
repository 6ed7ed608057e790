import { Button } from './button.tsx'
import { exact } from './format.ts'
import type { Steady } from './steady.ts'

interface NewsProps { of: Pick<Steady<unknown>, 'rows' | 'news' | 'isMoved' | 'accept'> }

/** Says what has changed in a list since its order was taken, and takes the order of now. */
export function News ({ of: { rows, news, isMoved, accept } }: NewsProps) {
  const gone = rows.filter(({ isGone }) => isGone).length
  const words = [
    ...(news > 0 ? [`${exact(news)} new`] : []), ...(gone > 0 ? [`${exact(gone)} gone`] : [])
  ]
  if (words.length === 0 && !isMoved) return null
  return (
    <p class='news'>
      <Button kind='quiet' onClick={accept}>
        {words.length > 0 ? words.join(', ') : 'Sort again'}
      </Button>
    </p>
  )
}
