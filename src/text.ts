/** A text in one line, without characters that a terminal would obey. */
export const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, " ");
