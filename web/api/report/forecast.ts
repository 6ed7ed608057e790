import type { Forecast } from '../../../schemas/forecast.ts'
import { json, path } from '../server.ts'

export type { Forecast }
export type Period = Forecast['periods'][number]

/** What falls due in a queue within the next 24 hours, hour by hour. */
export async function getForecast (queue: string): Promise<Forecast> {
  return await json(path('forecast', queue))
}

/** The same of all queues; `size`: how many there are. */
export async function getForecasts (offset: number): Promise<{ size: number, queues: Forecast[] }> {
  return await json('/forecast', { offset })
}
