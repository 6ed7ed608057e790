import { defineConfig } from 'vite'

// Nothing within the page itself: the Content-Security-Policy allows scripts and styles from files alone.
export default defineConfig({
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: '../dist/web', emptyOutDir: true, modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false }
})
