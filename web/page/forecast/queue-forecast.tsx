import { getForecast } from '../../api/report/forecast.ts'
import { useAnswer } from '../../api/poll.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { ForecastView } from './forecast-view.tsx'

const ms = 60_000

/** What falls due in a queue, hour by hour. */
export function QueueForecast ({ queue }: { queue: string }) {
  const { answer, problem } = useAnswer(async () => await getForecast(queue), { ms, of: [queue] })
  if (answer === null) return problem === '' ? <Loading /> : <Problem text={problem} />
  return <section aria-label='Forecast'><ForecastView forecast={answer} /></section>
}
