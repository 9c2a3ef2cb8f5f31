/**
 * How data files are written. {@link io.icegate.trino.write.IceGateFileWriterFactory} opens Trino's own writers when the
 * rows are worth it, which bounds the memory of a write into many partitions and keeps its files small. May import Trino
 * only.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.write;
