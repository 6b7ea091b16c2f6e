import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The pages are served by the API's own server from dist/web; while writing them, `npx vite --config web/vite.config.ts`
// serves them with reloading and passes /api on to a running `apg start` (APG_ADDRESS names another one).
const api = process.env["APG_ADDRESS"] ?? "http://127.0.0.1:4400";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    // Everything is a file of its own: the content security policy allows no inline script, style sheet or font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
  server: { port: 4450, strictPort: true, proxy: { "/api": api } },
});
