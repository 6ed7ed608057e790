import { useEffect, useState } from 'preact/hooks'
import { Dialog } from '../part/dialog.tsx'
import { Text } from '../part/text.tsx'
import { navigate, route } from '../state/route.ts'
import { placesFor, type Place } from './search.ts'

// In ms: the pause after the last letter, before the server is asked.
const pause = 150

/** Goes to whatever has the typed name. */
export function Palette ({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const places = usePlaces(typed)
  const go = (place: Place | undefined) => {
    if (place === undefined) return
    onClose()
    navigate(place.hash)
  }
  function press (event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0
    if (event.key !== 'Enter' && step === 0) return
    event.preventDefault()
    if (step !== 0) setAt(Math.min(Math.max(at + step, 0), places.length - 1))
    else go(places[at])
  }
  return (
    <Dialog title='Go to' keepsTyped={false} onClose={onClose}>
      <div class='palette'>
        <input
          role='combobox' aria-label='Queue, job, unique key, worker or schedule'
          aria-expanded={places.length > 0 ? 'true' : 'false'}
          aria-controls={places.length > 0 ? 'places' : undefined} autofocus autocomplete='off'
          aria-activedescendant={places.length > 0 ? `place-${at}` : undefined}
          placeholder='mail, or mail 42' value={typed} onKeyDown={press}
          onInput={event => {
            setTyped(event.currentTarget.value)
            setAt(0)
          }}
        />
        {places.length > 0 && <Places places={places} at={at} onGo={go} />}
        <p class='dim small' role='status'>{inWords(typed, places.length)}</p>
      </div>
    </Dialog>
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
