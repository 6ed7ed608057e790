import { JsonView } from '../../part/json-view.tsx'

/** The progress that a worker told, and a bar where it says how far it is. */
export function Progress ({ text }: { text: string }) {
  const share = shareIn(text)
  return (
    <>
      {share !== null && <progress aria-label='How far it is' max={1} value={share} />}
      <JsonView title='Progress' text={text} />
    </>
  )
}

/** A percentage, or `done` of `total`; null where it is neither. */
function shareIn (text: string): number | null {
  const progress: unknown = JSON.parse(text)
  if (typeof progress === 'number') return within(progress / 100)
  const { done, total, percent } = Object(progress) as Record<string, unknown>
  if (typeof percent === 'number') return within(percent / 100)
  if (typeof done !== 'number' || typeof total !== 'number' || total <= 0) return null
  return within(done / total)
}

function within (share: number): number | null {
  return share >= 0 && share <= 1 ? share : null
}
