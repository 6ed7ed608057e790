// presque, with a script call of its own for each request.
const dist = new URL('../../dist/', import.meta.url)
// By a name that only the run knows: the type check needs no build.
const { bounds } = await import(new URL('operations/redis/batcher.js', dist).href)
bounds.jobs = 1
await import(new URL('cli/serve.js', dist).href)
