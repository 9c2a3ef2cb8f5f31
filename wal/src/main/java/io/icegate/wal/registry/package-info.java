/**
 * Knows who may write. A writer publishes an entry before its first segment, and its heartbeat tells that it lives.
 * {@link io.icegate.wal.registry.WriterRegistry} writes, lists and reads both. It decides nothing: readers, committers and
 * writers ask it. This package imports the nouns of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.registry;
