import { GlissadeError, show } from "../error.js";
import { isPlainObject } from "../options.js";
import { type FloatTensor, tensor } from "../tensor.js";
import type { Plan } from "./kind.js";
import { isPlan, kindOf, learnt, readValue, type Schema, type TabularRecord } from "./schema.js";

/** What {@link columns} remembers, as JSON keeps it. */
export interface ColumnsJSON {
  readonly format: 1;
  readonly columns: readonly Plan[];
}

/** The way from records to features. */
export interface Encoding {
  /** What each feature is called: `mass`, `island=Dream`, `mass missing`. */
  readonly names: readonly string[];
  /**
   * The features of other records, by what was learnt from the first. Shape: [rows, names].
   *
   * @throws ERR_SHAPE if there is no record; ERR_DTYPE or ERR_NUMERIC if a value is of another type, or of a category
   *   that is unknown where that is refused.
   */
  apply(records: readonly TabularRecord[]): FloatTensor;
  toJSON(): ColumnsJSON;
}

/** Records as features, and how they became that. */
export interface Columns extends Encoding {
  readonly x: FloatTensor;
}

const FORMAT = 1;

/**
 * Records as features: numbers imputed and scaled, categories as one column a name, true and false as 1 and 0. All that
 * this takes is learnt from these records alone: give those to train with, and `apply` it to all others.
 *
 * @param schema The columns that are used; all that occur otherwise, the target among them.
 * @throws ERR_SHAPE if there is no record; ERR_OPTION if the schema names a column that does not occur or breaks a rule,
 *   if a column has no value, or texts that are no categories, or if two features have one name; ERR_DTYPE or
 *   ERR_NUMERIC if a value is of another type.
 * @see scikit-learn's ColumnTransformer over SimpleImputer, StandardScaler or MinMaxScaler, and OneHotEncoder.
 */
export function columns(records: readonly TabularRecord[], schema?: Schema): Columns {
  checkRecords(records);
  const plans = learnt(records, schema);
  const twice = repeated(namesOf(plans));
  if (twice !== undefined) {
    throw new GlissadeError(
      "ERR_OPTION",
      `columns: features must have different names, got ${show(twice)} twice; ` +
        "rename a column, or name it once in schema",
    );
  }
  const encoding = encodingOf(plans);
  return { x: encoding.apply(records), ...encoding };
}

/**
 * The way from records to features that another program learnt and wrote as JSON: the same bits for the same records.
 *
 * @throws ERR_FORMAT if it is something else, or needs a newer version.
 */
export function columnsFrom(json: ColumnsJSON): Encoding {
  const given: unknown = json;
  const refuse = (rule: string, got: unknown, wayOut: string) =>
    new GlissadeError("ERR_FORMAT", `columnsFrom: ${rule}, got ${show(got)}; ${wayOut}`);
  const wayOut = "give what JSON.parse makes of JSON.stringify(columns(records))";
  if (!isPlainObject(given)) throw refuse("it must be an object", given, wayOut);
  const { format, columns: plans } = given;
  if (typeof format === "number" && format > FORMAT) {
    throw refuse(`format must be ${FORMAT} or less`, format, "use a newer glissade");
  }
  if (format !== FORMAT || !Array.isArray(plans) || plans.length === 0 || !plans.every(isPlan)) {
    throw refuse("it must be what columns(records) remembers", given, wayOut);
  }
  const twice = repeated(namesOf(plans as Plan[]));
  if (twice !== undefined) throw refuse("features must have different names", twice, wayOut);
  return encodingOf(plans as Plan[]);
}

const namesOf = (plans: readonly Plan[]) =>
  plans.flatMap((plan) => [
    ...kindOf(plan).names(plan),
    ...(plan.indicator ? [`${plan.name} missing`] : []),
  ]);

/** The first text that is there already. */
function repeated(texts: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return texts.find((text) => seen.size === seen.add(text).size);
}

function encodingOf(plans: readonly Plan[]): Encoding {
  const names = namesOf(plans);
  return {
    names,
    apply: (records) => encoded(plans, names.length, records),
    toJSON: () => ({ format: FORMAT, columns: plans }),
  };
}

function encoded(plans: readonly Plan[], cols: number, given: readonly TabularRecord[]) {
  checkRecords(given);
  const data = new Float32Array(given.length * cols);
  let first = 0;
  for (const plan of plans) {
    const kind = kindOf(plan);
    const width = kind.names(plan).length;
    given.forEach((record, row) => {
      const value = readValue(kind, plan.name, record[plan.name], row);
      if (!kind.knows(plan, value)) throw unknownCategory(plan, value, row);
      const at = row * cols + first;
      kind.write(plan, value, data, at);
      if (plan.indicator) data[at + width] = Number(value === undefined);
    });
    first += width + Number(plan.indicator);
  }
  return tensor(data, [given.length, cols]);
}

const unknownCategory = ({ name }: Plan, value: unknown, row: number) =>
  new GlissadeError(
    "ERR_NUMERIC",
    `columns: ${name} must be a category that was there before, got ${show(value)} in row ${row}; ` +
      'leave such rows out, or choose unknown: "zeros"',
  );

function checkRecords(records: unknown): void {
  const isList = Array.isArray(records);
  const isRecord = (one: unknown) => typeof one === "object" && one !== null && !Array.isArray(one);
  const wrong = isList ? records.findIndex((record) => !isRecord(record)) : -1;
  if (isList && records.length > 0 && wrong < 0) return;
  if (isList && records.length === 0) {
    throw new GlissadeError("ERR_SHAPE", "columns: there must be at least one record, got none");
  }
  const got = isList ? `${show(records[wrong])} in row ${wrong}` : show(records);
  throw new GlissadeError(
    "ERR_DTYPE",
    `columns: records must be an array of objects such as { mass: 3750, island: "Dream" }, got ${got}`,
  );
}
