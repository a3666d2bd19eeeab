/** The variables of a process, as in `process.env`; undefined for those that are not set. */
export type Environment = Readonly<Record<string, string | undefined>>;
