/** A name that is free: itself, or with the first number that makes it so. */
export function free(name: string, taken: Set<string>): string {
  let found = name;
  for (let number = 1; taken.has(found); number++) found = `${name}_${number}`;
  taken.add(found);
  return found;
}

/** The same names, with numbers after those that come again. */
export function unique(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => free(name, taken));
}
