import { access } from '../state/access.ts'
import { serverNow } from '../state/clock.ts'
import { href, route, type Route } from '../state/route.ts'
import { switchTheme, theme } from '../state/theme.ts'
import { token } from '../state/token.ts'
import { switchZone, zone, zoneName } from '../state/zone.ts'
import { forgetToken } from './action.ts'
import { Freshness } from './freshness.tsx'

/** The bar at the top of every page. */
export function Top () {
  const label = 'presque, all queues'
  return (
    <header class='top'>
      <a class='brand' href={href.queues} aria-label={label}>
        <span class='mark' aria-hidden='true' />presque
      </a>
      <Environment />
      <Navigation />
      <Freshness />
      <TokenHolder />
      <ZoneButton />
      <ThemeButton />
    </header>
  )
}

function Navigation () {
  const current = (page: Route['page']) => route.value.page === page ? 'page' as const : undefined
  return (
    <nav aria-label='Main'>
      <a href={href.queues} aria-current={current('queues')}>Queues</a>
      <a href={href.errors} aria-current={current('errors')}>Errors</a>
      <a href={href.operations} aria-current={current('operations')}>Operations</a>
      <a href={href.workers} aria-current={current('workers')}>Workers</a>
      <a href={href.schedules} aria-current={current('schedules')}>Schedules</a>
      <a href={href.forecast} aria-current={current('forecast')}>Forecast</a>
      <a href={href.audit} aria-current={current('audit')}>Audit</a>
      <a href='./docs/'>API</a>
    </nav>
  )
}

const kinds = { red: 'failed', amber: 'warn', green: 'good', blue: 'waiting' }

// Production is red, so that it is known from the corner of the eye.
function colourOf (name: string): keyof typeof kinds {
  if (/prod/i.test(name)) return 'red'
  return /stag|test/i.test(name) ? 'amber' : 'green'
}

function Environment () {
  const { environment: name = null, colour = null } = access.value ?? {}
  if (name === null) return null
  const kind = kinds[colour ?? colourOf(name)]
  return <span class={`badge environment ${kind}`} title='PRESQUE_NAME'>{name}</span>
}

function TokenHolder () {
  if (access.value === null || token() === '') return null
  const { name, roles } = access.value
  const [isManager, isProducer] = [roles.includes('manage'), roles.includes('produce')]
  const limits = isProducer ? ' · may push' : ' · read-only'
  return (
    <span class='who'>
      <span title={`Roles: ${roles.join(', ')}`}>{name}{isManager ? '' : limits}</span>
      <button type='button' class='quiet' onClick={forgetToken}>Forget token</button>
    </span>
  )
}

function ZoneButton () {
  const other = zone.value === 'UTC' ? 'local time' : 'UTC'
  return (
    <button type='button' class='quiet zone' title={`Show ${other}`} onClick={switchZone}>
      <span class='unseen'>Times are in </span>{zoneName(serverNow() / 1000)}
    </button>
  )
}

function ThemeButton () {
  const isDark = theme.value === 'dark'
  const label = `Switch to ${isDark ? 'light' : 'dark'} colours`
  return (
    <button type='button' class='quiet theme' aria-label={label} onClick={switchTheme}>
      <span aria-hidden='true'>{isDark ? '☀' : '☾'}</span>
    </button>
  )
}
