// In the server's process, for bench/stage.ts: tells what it uses, after its garbage is gone.
process.on('message', () => {
  globalThis.gc!()
  globalThis.gc!()
  const { heapUsed: heap, rss } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  process.send!({ heap, rss, cpu: (user + system) / 1000 })
})
