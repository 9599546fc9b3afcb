/** The first byte that TypeScript may hand out: whatever static data the module has lies below. */
export function heapBase(): usize {
  return __heap_base;
}

export * from "./scalar";
