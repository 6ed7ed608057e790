import 'uplot/dist/uPlot.min.css'
import './style/colours.css'
import './style/page.css'
import './style/form.css'
import './style/table.css'
import './style/queue.css'
import './style/calendar.css'
import './style/workers.css'
import './style/narrow.css'
import './style/frame.css'
import { render } from 'preact'
import { followSummary } from './api/summary-stream.ts'
import { App } from './app.tsx'
import { applyTheme } from './state/theme.ts'

applyTheme()
render(<App />, document.getElementById('app')!)
void followSummary()
