// A worker that prints the number of each job that it works on: worker.mjs CLIENT URL.
const [client, url] = process.argv.slice(2)
const { Presque, Worker } = await import(client)
const handle = ({ payload: { n } }) => {
  process.stdout.write(`${n}\n`)
}
const options = { concurrency: 4, lease: 2, wait: 5, onError: () => {} }
const worker = new Worker(new Presque(url), 'flood', handle, options)
process.on('SIGTERM', () => worker.close())
