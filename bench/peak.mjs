/** Loaded before a measured Node process: writes its peak resident memory in KiB when it exits. */
import { appendFileSync } from 'node:fs';

const file = process.env.BENCH_PEAK_FILE;
if (file) process.on('exit', () => appendFileSync(file, `${process.resourceUsage().maxRSS}\n`));
