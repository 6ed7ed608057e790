// How one request follows from the answer of another, as OpenAPI says it.
interface Answers {
  responses: Record<string, { links?: object } | undefined>
}
type Paths = Record<string, Record<string, Answers>>

const queue = '$request.path.queue'
const pushed = { queue, id: '$response.header.X-Presque-Job' }
const receipt = '$response.header.X-Presque-Receipt'
const taken = { ...pushed, queue: '$response.header.X-Presque-Queue', receipt }
const job = '/j/{queue}/{id}'
const afterPush = [`get ${job}`, `get ${job}/why`, `post ${job}/retry`, `delete ${job}`]
const afterTake = ['touch', 'ack', 'nack', 'release'].map(verb => `post ${job}/${verb}`)
const ofSchedule = ['get /schedule/{name}', 'delete /schedule/{name}']
const ofWorker = [
  'get /w/{queue}',
  'post /w/{queue}/quiet',
  'delete /w/{queue}/quiet',
  'delete /w/{queue}'
]
const ofQueue = [
  'get /status/{queue}',
  'get /j/{queue}',
  'get /history/{queue}',
  'get /q/{queue}',
  'get /qb/{queue}'
]
const name = { name: '$request.path.name' }

// From which answer, to which operations, with which parameters.
const links: Array<[string, string, string[], object]> = [
  ['post /q/{queue}', '201', afterPush, pushed],
  ['post /q/{queue}', '201', ofQueue, { queue }],
  ['put /q/{queue}', '201', afterPush, pushed],
  ['post /qb/{queue}', '201', ofQueue, { queue }],
  ['get /q/{queue}', '200', afterTake, taken],
  ['post /q/{queue}/take', '200', afterTake, taken],
  ['put /schedule/{name}', '201', ofSchedule, name],
  ['post /w/{queue}', '201', ofWorker, { queue }],
  ['post /control/{queue}', '200', ['get /control/{queue}', 'delete /q/{queue}'], { queue }]
]

/** Adds to the answers of the document what can be asked next, and with what of the answer. */
export function addLinks (paths: Paths): void {
  for (const [from, status, operations, parameters] of links) {
    const [method, path] = from.split(' ') as [string, string]
    const answer = paths[path]![method]!.responses[status]!
    const more = operations.map(operation => [
      operation.replaceAll(/\W+/g, '_'),
      link(operation, parameters)
    ])
    answer.links = { ...answer.links, ...Object.fromEntries(more) }
  }
}

// A JSON Pointer in a URI: a slash of a path is ~1, and braces are escaped.
function link (operation: string, parameters: object): object {
  const [method, path] = operation.split(' ') as [string, string]
  const pointer = encodeURIComponent(path.replaceAll('/', '~1'))
  return { operationRef: `#/paths/${pointer}/${method}`, parameters }
}
