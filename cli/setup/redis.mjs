import { existsSync } from 'node:fs'
import { aptInstall, failure, isHere, mayInstall, run, say } from './shell.mjs'

// By the package manager found here.
const INSTALL = {
  'apt-get': 'sudo apt-get install redis-server',
  dnf: 'sudo dnf install valkey',
  apk: 'apk add redis',
  pacman: 'sudo pacman -S valkey',
  brew: 'brew install redis'
}

const OTHERWISE = 'set REDIS_URL=redis://... to a Redis that already runs'

/**
 * Installs a Redis if there is none, where that takes no question. Elsewhere it throws an error
 * with the command that installs one.
 */
export function provideRedis () {
  if (isHere('redis-server') || isHere('valkey-server')) return
  if (!mayInstall()) throw new Error(howToInstall())
  say('installing redis-server with apt-get (neither redis-server nor valkey-server is here)')
  const { failed, output } = aptInstall('redis-server')
  if (failed) {
    throw failure(output, `apt-get could not install redis-server: install it, or ${OTHERWISE}`)
  }
  stopService()
}

function howToInstall () {
  const manager = process.platform === 'darwin' ? 'brew' : Object.keys(INSTALL).find(isHere)
  const command = INSTALL[manager] ?? 'install one with the package manager of this system'
  return `redis-server or valkey-server is needed: ${command}, or ${OTHERWISE}`
}

// With the package Debian starts a server for the whole system, which presque does not use.
function stopService () {
  if (existsSync('/run/systemd/system')) run('systemctl', ['disable', '--now', 'redis-server'])
  else run('service', ['redis-server', 'stop'])
}
