/**
 * The most that 128-bit float32 arithmetic does on this core: as many independent additions and multiplications, all in
 * registers, as its pipes take. Seven sums and seven products run side by side, so that no result is waited for; they
 * double and square what stays 0 and 1.
 */
export function peak(rounds: i32, zero: f32, one: f32): f32 {
  let a0 = f32x4.splat(zero),
    a1 = a0,
    a2 = a0,
    a3 = a0,
    a4 = a0,
    a5 = a0,
    a6 = a0;
  let m0 = f32x4.splat(one),
    m1 = m0,
    m2 = m0,
    m3 = m0,
    m4 = m0,
    m5 = m0,
    m6 = m0;
  for (let i = 0; i < rounds; i++) {
    a0 = f32x4.add(a0, a0);
    m0 = f32x4.mul(m0, m0);
    a1 = f32x4.add(a1, a1);
    m1 = f32x4.mul(m1, m1);
    a2 = f32x4.add(a2, a2);
    m2 = f32x4.mul(m2, m2);
    a3 = f32x4.add(a3, a3);
    m3 = f32x4.mul(m3, m3);
    a4 = f32x4.add(a4, a4);
    m4 = f32x4.mul(m4, m4);
    a5 = f32x4.add(a5, a5);
    m5 = f32x4.mul(m5, m5);
    a6 = f32x4.add(a6, a6);
    m6 = f32x4.mul(m6, m6);
    a0 = f32x4.add(a0, a0);
    m0 = f32x4.mul(m0, m0);
    a1 = f32x4.add(a1, a1);
    m1 = f32x4.mul(m1, m1);
    a2 = f32x4.add(a2, a2);
    m2 = f32x4.mul(m2, m2);
    a3 = f32x4.add(a3, a3);
    m3 = f32x4.mul(m3, m3);
    a4 = f32x4.add(a4, a4);
    m4 = f32x4.mul(m4, m4);
    a5 = f32x4.add(a5, a5);
    m5 = f32x4.mul(m5, m5);
    a6 = f32x4.add(a6, a6);
    m6 = f32x4.mul(m6, m6);
  }
  const sums = f32x4.add(
    f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(a0, a1), a2), a3), a4), a5),
    a6,
  );
  const products = f32x4.add(
    f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(m0, m1), m2), m3), m4), m5),
    m6,
  );
  return f32x4.extract_lane(f32x4.add(sums, products), 0);
}
