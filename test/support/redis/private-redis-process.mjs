import { startPrivateRedis } from '../../../dist/operations/redis-server/supervisor.js'

const redis = await startPrivateRedis(process.argv[2], { log: () => {}, lost: error => { throw error } })
console.log(JSON.stringify({ socket: redis.socket, pid: redis.pid() }))
process.once('SIGTERM', () => redis.stop())
