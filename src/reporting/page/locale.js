/** Where a system calls its language "C", as Intl does not, the chart library cannot start: it then counts in English. */
try {
  Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}
