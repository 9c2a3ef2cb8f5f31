/**
 * Answers of IceGate's procedures and system tables, described once for all engines. An
 * {@link io.icegate.wal.answer.AnswerColumn} names a column and reads its value from a record; an engine turns the list of
 * columns into its own types. Whoever makes the records owns the list. Imports nothing of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.answer;
