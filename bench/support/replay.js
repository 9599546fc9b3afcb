/**
 * Sees which kernels the library calls, and calls them again without it. To be imported before the library starts its
 * engine: the kernels that it then holds are a plain object, whose functions can be exchanged for a while.
 */
const { Instance } = WebAssembly;
let kernels;

WebAssembly.Instance = function (module, imports) {
  kernels = { ...new Instance(module, imports).exports };
  return { exports: kernels };
};

/** A function that makes the same kernel calls as `run` does, one after another, and nothing else. */
export function recorded(run) {
  const originals = { ...kernels };
  const calls = [];
  for (const [name, kernel] of Object.entries(originals)) {
    if (typeof kernel !== "function") continue;
    kernels[name] = (...given) => {
      calls.push(`${name}(${given.join(", ")});`);
      return kernel(...given);
    };
  }
  try {
    run();
  } finally {
    Object.assign(kernels, originals);
  }
  const names = Object.keys(originals).join(", ");
  return new Function(`{ ${names} }`, `return () => { ${calls.join(" ")} };`)(originals);
}
