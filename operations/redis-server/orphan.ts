import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'

/**
 * Asks the redis at this socket to end. The caller has seen that its presque is dead: the lock of
 * the folder is signed with the pid of no living process.
 */
export function shutDown (socket: string): Promise<void> {
  return new Promise(resolve => {
    const redis = connect(socket, () => redis.end('SHUTDOWN\r\n'))
    redis.setTimeout(1000, () => redis.destroy())
    redis.resume().on('error', () => {}).on('close', () => resolve())
  })
}

/**
 * Kills each redis at this socket that is too frozen to end when it is asked.
 * Safe: presque runs it with `appendfsync always`, so all that it has answered is on disk.
 */
export function killFrozen (socket: string): void {
  for (const pid of serversOn(socket)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended just now.
    }
  }
}

function serversOn (socket: string): number[] {
  const { stdout } = existsSync('/proc/self/cmdline')
    ? { stdout: commandLines().join('\n') }
    : spawnSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' })
  const lines = stdout.split('\n').filter(line => isServerOn(line, socket))
  return lines.map(line => Number.parseInt(line)).filter(pid => pid > 0 && pid !== process.pid)
}

// Redis calls itself `redis-server unixsocket:PATH`; until then it has the arguments of process.ts.
// The whole path must be there: the path of another folder may begin or end in it.
function isServerOn (line: string, socket: string): boolean {
  if (!/\b(redis|valkey)-server\b/.test(line)) return false
  return ['unixsocket:', '--unixsocket '].some(option => {
    const [, ...after] = `${line.trimEnd()} --`.split(`${option}${socket}`)
    return after.some(rest => rest.startsWith(' --') || rest.startsWith(' ['))
  })
}

function commandLines (): string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(commandLine)
}

function commandLine (pid: string): string {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return `${pid} ${text.replaceAll('\0', ' ').replaceAll('\n', ' ')}`
  } catch {
    return ''
  }
}
