import { OperationList } from './operation-list.tsx'

/** All operations, the newest first. */
export function OperationsPage () {
  return (
    <>
      <div class='title'><h1>Operations</h1></div>
      <OperationList />
    </>
  )
}
