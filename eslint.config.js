import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["build", "dist", "node_modules", "src/kernels.d.ts", "tests/assembly"] },
  {
    files: ["src/**/*.ts", "tests/**/*.ts"],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-indexed-object-style": "off",
      "@typescript-eslint/no-empty-function": "off",
      "prefer-const": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.js"],
    extends: [tseslint.configs.base],
    rules: { "no-unused-vars": "error", "prefer-const": "error", eqeqeq: "error" },
  },
  {
    // Decorators on functions are AssemblyScript's, not TypeScript's.
    files: ["assembly/**/*.ts", "bench/**/*.ts"],
    languageOptions: { parser: tseslint.parser, parserOptions: { allowInvalidAST: true } },
    rules: { "prefer-const": "error" },
  },
);
