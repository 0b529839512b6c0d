/** `npm run test:kills`: 50 processes are killed while they write, or as many as are asked for. */

import { killProcesses } from './kills.js';

const count = Number(process.argv[2] ?? 50);
const { acknowledged, lost, notices } = await killProcesses(count);
for (const line of lost) console.error(line);
console.log(
  `${count} kills, ${acknowledged} acknowledged writes, ${lost.length} lost, ${notices.length} incomplete tails`,
);
process.exitCode = lost.length === 0 ? 0 : 1;
