import { useEffect, useState } from 'preact/hooks'
import { Dialog } from '../part/dialog.tsx'
import { Text } from '../part/text.tsx'
import { navigate, route } from '../state/route.ts'
import { placesFor, type Place } from './search.ts'

// In ms: the pause after the last letter, before the server is asked.
const pause = 150

/** Goes to the place that has the typed name, or does the action. */
export function Palette ({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const places = usePlaces(typed)
  const go = (place: Place | undefined) => {
    if (place === undefined) return
    onClose()
    if (place.act === undefined) navigate(place.hash)
    else place.act()
  }
  return (
    <Dialog title='Go to' keepsTyped={false} onClose={onClose}>
      <div class='palette'>
        <Finder typed={typed} places={places} onInput={setTyped} onGo={go} />
        <p class='dim small' role='status'>{inWords(typed, places.length)}</p>
      </div>
    </Dialog>
  )
}

interface FinderProps {
  typed: string
  places: Place[]
  onInput: (typed: string) => void
  onGo: (place: Place | undefined) => void
}

function Finder ({ typed, places, onInput, onGo }: FinderProps) {
  const [chosen, choose] = useState(0)
  const at = Math.max(0, Math.min(chosen, places.length - 1))
  function press (event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0
    if (event.key !== 'Enter' && step === 0) return
    event.preventDefault()
    if (step === 0) onGo(places[at])
    else choose(at + step)
  }
  const listed = places.length > 0
  return (
    <>
      <input
        role='combobox' aria-label='Queue, job, unique key, worker or schedule'
        aria-expanded={listed ? 'true' : 'false'} aria-controls={listed ? 'places' : undefined}
        aria-activedescendant={listed ? `place-${at}` : undefined} autofocus autocomplete='off'
        placeholder='mail, or mail 42' value={typed} onKeyDown={press}
        onInput={event => onInput(event.currentTarget.value)}
      />
      {listed && <Places places={places} at={at} onGo={onGo} />}
    </>
  )
}

function inWords (typed: string, count: number): string {
  if (count === 0) return 'Nothing has that name.'
  return typed.trim() === '' ? 'Type a name, or a queue and an id.' : `${count} found.`
}

function usePlaces (typed: string): Place[] {
  const [places, setPlaces] = useState<Place[]>([])
  const { queue } = route.value
  useEffect(() => {
    let isLatest = true
    const timer = setTimeout(async () => {
      const found = await placesFor(typed, queue)
      if (isLatest) setPlaces(found)
    }, typed === '' ? 0 : pause)
    return () => {
      isLatest = false
      clearTimeout(timer)
    }
  }, [typed, queue])
  return places
}

interface PlacesProps { places: Place[], at: number, onGo: (place: Place) => void }

function Places ({ places, at, onGo }: PlacesProps) {
  return (
    <ul id='places' role='listbox' aria-label='Places'>
      {places.map((place, i) => (
        <li
          key={place.hash + place.name} id={`place-${i}`} role='option'
          aria-selected={i === at ? 'true' : 'false'} onClick={() => onGo(place)}
        >
          <Text text={place.name} /> <span class='dim'>{place.kind}</span>
        </li>
      ))}
    </ul>
  )
}
