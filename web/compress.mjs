// NAME.gz beside each built file: the controller sends them as they are. files.txt names them, a line
// each, for server/console/EmbedConsole.cmake. Prints the first load.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

let total = 0;
const names = [];
for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(html|js|css|svg)$/.test(name)) continue;
  const zipped = gzipSync(readFileSync(join('dist', name)), { level: 9 });
  writeFileSync(join('dist', `${name}.gz`), zipped);
  total += zipped.length;
  names.push(name);
}
writeFileSync('dist/files.txt', `${names.sort().join('\n')}\n`);
console.log(`console: ${(total / 1000).toFixed(1)} kB compressed`);
if (total > 300_000) {
  console.error('console: the first load is above 300 kB');
  process.exit(1);
}
