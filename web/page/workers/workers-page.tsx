import { WorkerList } from './worker-list.tsx'

/** All workers. */
export function WorkersPage () {
  return (
    <>
      <div class='title'><h1>Workers</h1></div>
      <WorkerList />
    </>
  )
}
