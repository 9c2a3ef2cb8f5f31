/**
 * How data files are written. {@link io.icegate.trino.write.IceGateFileWriterFactory} opens Trino's own writers when their
 * first rows arrive, which bounds the memory of a write into many partitions. May import Trino only.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.write;
