import { useState } from 'preact/hooks'
import { getForecasts } from '../../api/report/forecast.ts'
import { useAnswer } from '../../api/poll.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { href } from '../../state/route.ts'
import { ForecastView } from './forecast-view.tsx'

const ms = 60_000
const pageSize = 20

/** What falls due in all queues, those with the most jobs first. */
export function ForecastPage () {
  const [offset, setOffset] = useState(0)
  const find = async () => await getForecasts(offset)
  const { answer, problem } = useAnswer(find, { ms, of: [offset] })
  return (
    <>
      <div class='title'><h1>Forecast</h1></div>
      <Problem text={problem} />
      {answer === null && problem === '' && <Loading />}
      {answer?.queues.length === 0 && <p class='empty'>Nothing is due in the next day.</p>}
      {answer?.queues.map(forecast => (
        <section key={forecast.queue} class='panel' aria-label={forecast.queue}>
          <h2><a href={href.queue(forecast.queue, 'forecast')}>{forecast.queue}</a></h2>
          <ForecastView forecast={forecast} />
        </section>
      ))}
      {answer !== null && answer.size > pageSize && (
        <Pages offset={offset} size={answer.size} onGo={setOffset} />
      )}
    </>
  )
}

interface PagesProps { offset: number, size: number, onGo: (offset: number) => void }

function Pages ({ offset, size, onGo }: PagesProps) {
  const last = Math.min(offset + pageSize, size)
  return (
    <nav class='pages' aria-label='Pages of forecasts'>
      <Button disabled={offset === 0} onClick={() => onGo(offset - pageSize)}>Back</Button>
      <span>{exact(offset + 1)} to {exact(last)} of {exact(size)}</span>
      <Button disabled={last >= size} onClick={() => onGo(last)}>Next</Button>
    </nav>
  )
}
