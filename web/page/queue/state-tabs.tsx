import { listedStates, type ListedState } from '../../api/job.ts'
import { capital, exact, stateName } from '../../part/format.ts'
import type { Row } from '../../state/overview.ts'
import { href, navigate } from '../../state/route.ts'

interface StateTabsProps { queue: string, row: Row | undefined, shown: ListedState }

/** A tab a state, with the number of its jobs. */
export function StateTabs (props: StateTabsProps) {
  const { queue, shown } = props
  function move (event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0
    if (step === 0) return
    const next = at(listedStates.indexOf(shown) + step)
    navigate(href.queue(queue, next))
    document.getElementById(`tab-${next}`)!.focus()
  }
  return (
    <div class='tabs' role='tablist' aria-label='Jobs by state' onKeyDown={move}>
      {listedStates.map(state => <Tab key={state} {...props} state={state} />)}
    </div>
  )
}

// Behind the last one comes the first.
function at (index: number): ListedState {
  return listedStates[(index + listedStates.length) % listedStates.length]!
}

function Tab ({ queue, row, shown, state }: StateTabsProps & { state: ListedState }) {
  const count = row?.counts[state] ?? 0
  const isShown = state === shown
  return (
    <a
      id={`tab-${state}`} role='tab' class={count > 0 ? state : ''} aria-controls='jobs'
      aria-selected={isShown ? 'true' : 'false'} tabIndex={isShown ? 0 : -1}
      href={href.queue(queue, state)}
    >
      {capital(stateName(state))} <b>{exact(count)}</b>
    </a>
  )
}
