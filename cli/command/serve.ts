import { text, flag, type Arguments, type Command } from '../command.ts'

// Each stands for a setting of the environment (.env.example), and overrides it.
export const settings: Record<string, [setting: string, about: string]> = {
  host: ['HOST', 'Where to listen: 127.0.0.1; elsewhere needs --tokens or --insecure'],
  port: ['PORT', '5000'],
  redis: ['REDIS_URL', 'The Redis to use; without, a private one is run'],
  data: ['PRESQUE_DATA', 'The folder of the private Redis: ./data'],
  name: ['PRESQUE_NAME', 'What the dashboard calls this presque, such as staging'],
  colour: ['PRESQUE_COLOUR', 'Of that name: red, amber, green or blue; else by the name'],
  prefix: ['PRESQUE_PREFIX', 'Stands before every key in Redis: presque'],
  tokens: ['PRESQUE_TOKENS', 'A file of tokens: who may do what'],
  'cors-origins': ['PRESQUE_CORS_ORIGINS', 'Web pages of these origins may use presque'],
  hosts: [
    'PRESQUE_HOSTS',
    'Without tokens, the host names by which clients reach it, beside loopback and IP addresses'
  ],
  'max-body': ['PRESQUE_MAX_BODY', 'The largest body, in bytes: 1048576'],
  'max-wait': ['PRESQUE_MAX_WAIT', 'The longest a request may wait, in seconds: 60'],
  'max-queues': ['PRESQUE_MAX_QUEUES', 'How many queues there may be: 250000'],
  'max-schedules': ['PRESQUE_MAX_SCHEDULES', 'How many schedules there may be: 10000'],
  'max-streams': [
    'PRESQUE_MAX_STREAMS', 'How many answers may go on at once, a process: 10000'
  ],
  'max-workers': ['PRESQUE_MAX_WORKERS', 'How many workers may be registered: 100000'],
  'min-replicas': [
    'PRESQUE_MIN_REPLICAS', 'Replicas that must have a job before its push is answered: 0'
  ],
  processes: ['PRESQUE_PROCESSES', 'How many processes share the port, or auto: 1'],
  'log-level': ['LOG_LEVEL', 'fatal, error, warn, info, debug, trace or silent: info']
}

const switches: Record<string, [setting: string, value: string, about: string]> = {
  insecure: [
    'PRESQUE_INSECURE', '1', 'Listen on other addresses although every client may do all'
  ],
  'without-history': ['PRESQUE_HISTORY', '0', 'Note nothing for the charts of the dashboard']
}

const texts = Object.entries(settings).map(([option, [setting, about]]) => {
  return [option, text(`${about} [${setting}]`)] as const
})

const flags = Object.entries(switches).map(([option, [setting, value, about]]) => {
  return [option, flag(`${about} [${setting}=${value}]`)] as const
})

const command: Command = {
  options: Object.fromEntries([...texts, ...flags]),
  examples: [
    ['presque serve', 'on http://127.0.0.1:5000, with a private Redis in ./data'],
    ['presque serve --port 5001 --redis redis://localhost:6379', 'on a Redis that is there'],
    ['PORT=5001 REDIS_URL=redis://localhost:6379 presque serve', 'the same, by environment']
  ],
  async run ({ args }) {
    Object.assign(process.env, environment(args))
    // It serves until a signal comes, and ends the process itself.
    await import('../serve.ts')
  }
}

/** The settings of the environment that the options stand for. */
export function environment (args: Arguments): Record<string, string> {
  const given = Object.entries(settings).flatMap(([option, [setting]]) => {
    return args[option] === undefined ? [] : [[setting, args[option]]]
  })
  const on = Object.entries(switches).flatMap(([option, [setting, value]]) => {
    return args[option] === true ? [[setting, value]] : []
  })
  return Object.fromEntries([...given, ...on])
}

export default command
