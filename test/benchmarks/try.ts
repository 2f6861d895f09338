import {startClouds} from './clouds.js';
import {benchStorage} from './bench-storage.js';
import {benchHang} from './bench-hang.js';
import {benchSkew} from './bench-skew.js';
import {benchMemory} from './bench-memory.js';
import {benchCold} from './bench-cold.js';
import {benchCached} from './bench-cached.js';
import {benchHerd} from './bench-herd.js';
import {benchRefresh} from './bench-refresh.js';
import {benchOutage} from './bench-outage.js';
import {spreadText} from './section.js';
const all = {benchCold,benchCached,benchHerd,benchRefresh,benchOutage,benchStorage,benchHang,benchSkew,benchMemory};
await using clouds = await startClouds();
for (const [n,f] of Object.entries(all)) { if (!process.argv.includes(n)) continue;
const t=performance.now();
const s = await f(clouds);
for (const c of s.comparisons) { console.log(c.label); for (const [k,v] of Object.entries(c.samples)) console.log('   ', k.padEnd(26), spreadText(v)); }
for (const c of s.tables) { console.table(c.rows.map(r=>Object.fromEntries(r.map((v,i)=>[c.columns[i],v])))) }
 console.log((performance.now()-t)/1000);
}
