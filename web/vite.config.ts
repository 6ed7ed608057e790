import { defineConfig } from 'vite'

// The Content-Security-Policy allows scripts and styles of files only: none may be inline.
export default defineConfig({
  // Relative: a proxy may serve the page below a path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false
  }
})
