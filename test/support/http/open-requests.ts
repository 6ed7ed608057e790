import { readdirSync } from 'node:fs'
import { get, post } from './leaving-client.ts'
import { shipped } from '../server/built.ts'

/** The folder of the built dashboard. */
export const web = shipped('web')

const stream = (path: string): string =>
  get(path).replace('Host', 'Accept: text/event-stream\r\nHost')

const asset = readdirSync(`${web}/assets`)[0]!

/**
 * All that waits, goes on or serves a file, as bytes on the wire. It takes the receipt of the job 1
 * of 'held', which must be on lease.
 */
export const lasting: Record<string, (receipt: string) => string> = {
  'a take that waits': () => get('/q/mail?wait=20'),
  'a take on lease of several queues that waits': () => get('/q/mail,other?lease=30&wait=20'),
  'a take of many that waits': () => get('/qb/mail?batch_size=100&wait=20'),
  'an ack that waits for the next job': receipt =>
    post(`/j/held/1/ack?receipt=${receipt}&next=1&lease=30&wait=20`, '{}'),
  'acks that wait for the next jobs': receipt =>
    post('/qb/held/ack?next=1&wait=20', `{"jobs":[{"id":"1","receipt":"${receipt}"}]}`),
  'a push that waits for its result': () => post('/q/asked?wait=20', '{}'),
  'a look at a job that waits for its end': () => get('/j/held/1?wait=20'),
  'a stream of jobs': () => stream('/q/mail?credit=1000'),
  'a stream of jobs on lease': () => stream('/q/mail?lease=30&credit=1000'),
  'a stream of events': () => stream('/events?queue=mail'),
  'a stream of the events of all queues': () => stream('/events'),
  'a stream of the summary': () => stream('/summary'),
  'the dashboard': () => get('/'),
  'a file of the dashboard': () => get(`/assets/${asset}`),
  'the documentation': () => get('/docs/'),
  'a file of the documentation': () => get('/docs/static/swagger-ui-bundle.js'),
  'the OpenAPI document': () => get('/openapi.json')
}
