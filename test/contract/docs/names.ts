import { basename, extname } from 'node:path'
import { read } from './markdown.ts'

/**
 * Words of the field that names of files in operations/ and lua/ hold beside those of
 * docs/glossary.md. A peer has them (SQS, beanstalkd, AMQP, Sidekiq, BullMQ, Redis), or every
 * program. A word that only presque knows belongs into the glossary instead.
 */
const field = new Set(
  `
  admission backoff bulk cached capacity completion count cron duplicate enqueue expire expiry
  fail histogram history id idempotent identity keep
  lateness metric migrator next orphan outcome plain
  pop process promote publish pubsub rate replication restore result roster sample scheduler score
  script
  sse status stream trace unique unwatch watch watcher

  assemble batcher browser calendar client clock command config data detail discovery disk excerpt
  folder guard health host index json key limit list load lock look member name range record
  recording redis report request sentence size state step store summary supervisor text time url
  zone

  add advance ahead allow announce answer apply archive before begin change check claim complete
  current delete describe discard drain end find fire first fitting forget found from full get
  give had hand held holder insert invalid late leave left make mark matches merge middle move
  moving new newer newest now oldest one out pack parse peek period pieces raise read receive
  redact redrive refuse register registration remove replace resolve resume round run save
  search seen set since skip some sorted split stop taken truncate undo unpack verify why

  at by has is next of or when
`
    .trim()
    .split(/\s+/)
)

const glossary = new Set(terms().flatMap(term => term.toLowerCase().match(/[a-z]+/g) ?? []))

// The first column of the table.
function terms (): string[] {
  const rows = read('docs/glossary.md')
    .split('\n')
    .filter(line => /^\| (?!term|---)/.test(line))
  return rows.map(row => row.split('|')[1]!)
}

/** The words in the name of a file that are neither of the glossary nor of the field. */
export function strangeWords (path: string): string[] {
  const words = basename(path, extname(path)).split(/[-_]/)
  return words.filter(word => !forms(word).some(form => glossary.has(form) || field.has(form)))
}

// A word, and the word of which it may be a form: expired, jobs, dependencies.
function forms (word: string): string[] {
  const shorter = [/s$/, /d$/, /ed$/].map(ending => word.replace(ending, ''))
  return [word, ...shorter, word.replace(/ies$/, 'y'), `${word}s`]
}
