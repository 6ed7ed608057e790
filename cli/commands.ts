import type { Command } from './command.ts'

type Load = () => Promise<{ default: Command }>

interface Entry { usage: string, about: string, load: Load }

const entry = (usage: string, about: string, load: Load): Entry => ({ usage, about, load })

/**
 * Every command. A command is loaded when it is asked for: pushing a job must not wait for the code
 * of a server.
 */
export const commands: Record<string, Entry> = {
  serve: entry('serve', 'Serve: the queue itself', () => import('./command/serve.ts')),
  push: entry(
    'push <queue> [job]', 'Put a job in, or many from a file',
    () => import('./command/push.ts')
  ),
  pop: entry('pop <queues..>', 'Take a job out', () => import('./command/pop.ts')),
  ack: entry(
    'ack <queue> <id> <receipt> [result]', 'Finish a job that was taken on lease',
    () => import('./command/ack.ts')
  ),
  nack: entry(
    'nack <queue> <id> <receipt> [message]', 'Give a job up that was taken on lease: it failed',
    () => import('./command/nack.ts')
  ),
  run: entry('run <queues..>', 'Run a program for each job', () => import('./command/run.ts')),
  top: entry('top', 'Watch all queues', () => import('./command/top.ts')),
  status: entry(
    'status [queue]', 'Show all queues, or all there is to know of one',
    () => import('./command/status.ts')
  ),
  jobs: entry('jobs <queue>', 'List the jobs of one state', () => import('./command/jobs.ts')),
  errors: entry(
    'errors [queue] [fingerprint]', 'Tell which kinds of failures there are',
    () => import('./command/errors.ts')
  ),
  latency: entry(
    'latency <queue>', 'Tell how long jobs wait and run', () => import('./command/latency.ts')
  ),
  forecast: entry(
    'forecast [queue]', 'Tell what falls due, and how many jobs are likely to wait',
    () => import('./command/forecast.ts')
  ),
  job: entry('job <queue> <id>', 'Show a job', () => import('./command/job.ts')),
  why: entry('why <queue> <id>', 'Tell why a job is not running', () => import('./command/why.ts')),
  retry: entry(
    'retry <queue> [id]', 'Let a failed or delayed job run now',
    () => import('./command/retry.ts')
  ),
  cancel: entry(
    'cancel <queue> [id]', 'Remove a job, whatever its state',
    () => import('./command/cancel.ts')
  ),
  stop: entry(
    'stop <queue>', 'Give out no more jobs of a queue', () => import('./command/stop.ts')
  ),
  start: entry('start <queue>', 'Give out jobs again', () => import('./command/start.ts')),
  policy: entry(
    'policy <queue>', 'Show or set what holds for a queue', () => import('./command/policy.ts')
  ),
  purge: entry(
    'purge <queue>', 'Delete a queue with all its jobs', () => import('./command/purge.ts')
  ),
  schedule: entry(
    'schedule <verb> [name]', 'Jobs that are put in by the clock',
    () => import('./command/schedule.ts')
  ),
  operations: entry(
    'operations [verb] [id]', 'Do one thing with many jobs, with care',
    () => import('./command/operations.ts')
  ),
  audit: entry(
    'audit [queue]', 'Tell who changed what', () => import('./command/audit.ts')
  ),
  doctor: entry('doctor', 'List all trouble of the moment', () => import('./command/doctor.ts')),
  token: entry(
    'token', 'Make a token, and add it to a file of tokens', () => import('./command/token.ts')
  ),
  import: entry(
    'import <url>', 'Move jobs in from resque, Sidekiq, BullMQ or the presque of 2010',
    () => import('./command/import.ts')
  )
}
