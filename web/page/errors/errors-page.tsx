import { ErrorList } from './error-list.tsx'

/** The error groups of all queues. */
export function ErrorsPage () {
  return (
    <>
      <div class='title'><h1>Errors</h1></div>
      <ErrorList />
    </>
  )
}
