import { field, needed, optional } from "../options.js";

const isText = (value: unknown) => typeof value === "string" && value !== "";

export const reportFields = {
  /** What stands above everything. */
  title: field<string>("some text", isText, "Report"),
  /** What you have to say about it; lines are kept. */
  notes: optional(field<string | undefined>("some text", isText)),
};

export const titledFields = {
  /** What stands above the subject. */
  title: needed(field<string>("some text", isText)),
  /** A history, a result of tune or compare, or an evaluation. */
  subject: needed(
    field<object>("an object", (value) => typeof value === "object" && value !== null),
  ),
};
