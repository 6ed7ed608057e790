import { useEffect } from 'preact/hooks'
import { useBox } from './state/box.ts'
import { access } from './state/access.ts'
import { serverNow } from './state/clock.ts'
import { Front } from './page/queues/queues.tsx'
import { JobPage } from './page/job/job-page.tsx'
import { overview, silence, type Overview } from './api/live.ts'
import { Notices } from './part/notice.tsx'
import { link, place, type Place } from './state/place.ts'
import { QueuePage } from './page/queue/queue.tsx'
import { Schedules } from './page/schedules/schedules.tsx'
import { keepToken, token, wanted } from './api/server.ts'
import { switchTheme, theme } from './state/theme.ts'
import { TokenPage } from './part/token.tsx'
import { Workers } from './page/workers/workers.tsx'
import { switchZone, zone, zoneName } from './state/zone.ts'

export function App () {
  const where = useBox(place)
  const asks = useBox(wanted)
  // All times on the page are drawn again when the zone changes.
  useBox(zone)
  useEffect(() => {
    document.title = title(where)
  }, [where])
  return (
    <>
      <a class='skip' href='#main' onClick={event => { event.preventDefault(); document.getElementById('main')!.focus() }}>Skip to content</a>
      <Top />
      <main id='main' tabIndex={-1}>{asks === '' ? <Page /> : <TokenPage why={asks} />}</main>
      <Notices />
    </>
  )
}

const titles = { front: 'presque', workers: 'Workers – presque', schedules: 'Schedules – presque' }

function title ({ page, queue, id }: Place): string {
  return page === 'job' ? `${queue} ${id} – presque` : page === 'queue' ? `${queue} – presque` : titles[page]
}

function Page () {
  const { page, queue, id, state } = useBox(place)
  if (page === 'workers') return <Workers />
  if (page === 'schedules') return <Schedules />
  if (page === 'job') return <JobPage key={`${queue}/${id}`} queue={queue} id={id} />
  if (page === 'queue') return <QueuePage key={queue} queue={queue} state={state} />
  return <Front />
}

const words = {
  connecting: 'Connecting',
  asking: 'Waiting for a token',
  live: 'Live',
  late: 'Late',
  away: 'Redis is away',
  lost: 'No connection'
}

function Top () {
  const { connection } = useBox(overview)
  const { page } = useBox(place)
  const current = (name: string) => page === name ? 'page' as const : undefined
  return (
    <header class='top'>
      <a class='brand' href={link.front} aria-label='presque, all queues'><span class='mark' aria-hidden='true' />presque</a>
      <nav aria-label='Main'>
        <a href={link.front} aria-current={current('front')}>Queues</a>
        <a href={link.workers} aria-current={current('workers')}>Workers</a>
        <a href={link.schedules} aria-current={current('schedules')}>Schedules</a>
        <a href='/docs'>API</a>
      </nav>
      <Connection connection={connection} />
      <Who />
      <ZoneButton />
      <ThemeButton />
    </header>
  )
}

function Connection ({ connection }: Pick<Overview, 'connection'>) {
  const seconds = useBox(silence)
  const since = connection === 'late' ? `: nothing heard for ${seconds} s` : ''
  return <span class={`connection ${connection}`} role='status'>{words[connection]}{since}</span>
}

function ZoneButton () {
  const other = useBox(zone) === 'UTC' ? 'local time' : 'UTC'
  return (
    <button type='button' class='quiet zone' title={`Show ${other}`} onClick={switchZone}>
      <span class='unseen'>Times are in </span>{zoneName(serverNow() / 1000)}
    </button>
  )
}

function Who () {
  const known = useBox(access)
  if (known === null || token() === '') return null
  const roles = known.roles.join(', ')
  return (
    <span class='who'>
      <span title={`Roles: ${roles}`}>{known.name}{known.roles.includes('manage') ? '' : known.roles.includes('produce') ? ' · may put in' : ' · read-only'}</span>
      <button type='button' class='quiet' onClick={() => { keepToken(''); location.reload() }}>Forget token</button>
    </span>
  )
}

function ThemeButton () {
  const shown = useBox(theme)
  return (
    <button type='button' class='quiet theme' aria-label={`Switch to ${shown === 'dark' ? 'light' : 'dark'} colours`} onClick={switchTheme}>
      <span aria-hidden='true'>{shown === 'dark' ? '☀' : '☾'}</span>
    </button>
  )
}
