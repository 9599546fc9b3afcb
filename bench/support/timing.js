/** Seconds of one call: the best of many short windows, as a shared machine disturbs single ones; warmed up before. */
export function best(run, { windows = 30, windowMs = 8, warmMs = 120 } = {}) {
  const repeat = (ms) => {
    let calls = 0;
    const began = performance.now();
    let now = began;
    while (now - began < ms) {
      run();
      calls++;
      now = performance.now();
    }
    return (now - began) / 1000 / calls;
  };
  repeat(warmMs);
  let least = Infinity;
  for (let window = 0; window < windows; window++) least = Math.min(least, repeat(windowMs));
  return least;
}
