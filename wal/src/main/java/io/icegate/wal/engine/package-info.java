/**
 * The face of the WAL for engines. {@link io.icegate.wal.engine.EngineWal} gives what one engine needs of one warehouse: the
 * live tail of a table, its files, commits, and the drain before a statement that changes rows. Everything below it may be
 * wired here, and nothing else wires it. Only receivers also use {@code io.icegate.wal.writer}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.engine;
