import {startClouds} from './clouds.js';
import {benchCold} from './bench-cold.js';
import {spreadText} from './section.js';
await using clouds = await startClouds();
const t=performance.now();
const s = await benchCold(clouds);
for (const c of s.comparisons) { console.log(c.label); for (const [k,v] of Object.entries(c.samples)) console.log('   ', k.padEnd(26), spreadText(v)); }
console.log(s.tables, (performance.now()-t)/1000);
