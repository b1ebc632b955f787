// Bundles src into dist: index.html and, under assets, files whose names hold a
// hash of what is in them.
import { build } from "esbuild";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

rmSync("dist/assets", { recursive: true, force: true });
await build({
  entryPoints: { app: "src/main.tsx" },
  outdir: "dist/assets",
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "linked",
});
const asset = (ending) => readdirSync("dist/assets").find((name) => name.startsWith("app-") && name.endsWith(ending));
writeFileSync(
  "dist/index.html",
  readFileSync("src/index.html", "utf8").replace("{script}", `/assets/${asset(".js")}`).replace("{style}", `/assets/${asset(".css")}`),
);
