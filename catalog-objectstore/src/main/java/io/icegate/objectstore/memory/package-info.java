/**
 * The store in memory, for tests and demonstrations. {@link io.icegate.objectstore.memory.MemoryObjectStore} keeps the whole
 * contract of the port, and processes of one JVM share a store by its name. This package imports the port and the JDK.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.objectstore.memory;
