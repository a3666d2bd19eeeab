/** What stays in memory after many requests, and the most that was resident at any time of the bench. */
import type { Contenders, Question } from './contenders.ts';
import { codexRequest, script } from './requests.ts';
import { mib, type Row } from './table.ts';

const AT_ONCE = 16;
const AIM_PEAK_BYTES = 120e6;
/** Of the live heap between the first and the last reading; what is below is noise of a collection. */
const AIM_GROWTH_BYTES = 1024 * 1024;

/** @param requests in all, after as many warm-up requests as fill the caches */
export async function measureGrowth(contenders: Contenders, requests: number): Promise<Row[]> {
  const question = await contenders.question(codexRequest(script(4, 1), 2, 40_000, ''));
  await send(contenders, question, Math.ceil(requests / 10));
  const before = await contenders.read('collect');
  await send(contenders, question, requests / 2);
  const halfway = await contenders.read('collect');
  await send(contenders, question, requests / 2);
  const after = await contenders.read('collect');
  const readings = [before, halfway, after];
  const heapGrowth = after.heapBytes - before.heapBytes;
  return [
    {
      measure: `live heap over ${requests.toLocaleString('en')} requests`,
      direct: '',
      relay: `${heapGrowth < 0 ? '-' : '+'}${mib(Math.abs(heapGrowth))}`,
      compared: `${readings.map(({ heapBytes }) => mib(heapBytes)).join(', ')} (start, half, end)`,
      aim: 'no growth',
      met: heapGrowth < AIM_GROWTH_BYTES,
    },
    {
      measure: '  resident',
      direct: '',
      relay: mib(after.residentBytes),
      compared: `${readings.map(({ residentBytes }) => mib(residentBytes)).join(', ')} (start, half, end)`,
      aim: '',
    },
  ];
}

/** To be read when everything else was measured. */
export async function measurePeak(contenders: Contenders): Promise<Row> {
  const { peakBytes } = await contenders.read();
  return {
    measure: 'peak resident, whole bench',
    direct: '',
    relay: mib(peakBytes),
    compared: '',
    aim: '< 120 MB',
    met: peakBytes < AIM_PEAK_BYTES,
  };
}

async function send({ relay }: Contenders, question: Question, requests: number): Promise<void> {
  let left = requests;
  const worker = async () => {
    while (left-- > 0) await relay(question);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
