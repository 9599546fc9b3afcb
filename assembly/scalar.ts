/**
 * Double-precision functions for `src/`, where the runtime's own `Math` would give other last bits on another engine.
 * They are AssemblyScript's software versions, the same on every machine.
 */
export function scalarExp(x: f64): f64 {
  return NativeMath.exp(x);
}

export function scalarLog(x: f64): f64 {
  return NativeMath.log(x);
}

export function scalarPow(base: f64, exponent: f64): f64 {
  return NativeMath.pow(base, exponent);
}

export function scalarCos(x: f64): f64 {
  return NativeMath.cos(x);
}
